using Comeback.Engine.Orders;

namespace Comeback.Data;

/// <summary>The keyed hash of an address in the suppression list, so that an erased person who comes back by a re-import is not written to.</summary>
internal interface IAddressHashes
{
    /// <param name="address">Normalised e-mail address, or number in E.164.</param>
    string Of(Channel channel, string address);
}
