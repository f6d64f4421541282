namespace Comeback.Engine;

/// <summary>What kind of mistake a <see cref="UserError"/> is; HTTP answers 400, 404, 409 and 503.</summary>
public enum UserErrorKind : byte { Invalid = 0, NotFound = 1, Conflict = 2, Unavailable = 3 }

/// <summary>
/// Something that a person can mend, said in one sentence: what is wrong and what to do. The command line prints it and exits 2;
/// an endpoint answers it as problem details. Never put a customer's address, name or number into it.
/// </summary>
public sealed class UserError(string message, UserErrorKind kind = UserErrorKind.Invalid, Exception? inner = null) : Exception(message, inner)
{
    public UserErrorKind Kind { get; } = kind;
}
