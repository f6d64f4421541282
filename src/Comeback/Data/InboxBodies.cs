using System.IO.Compression;

namespace Comeback.Data;

/// <summary>Bodies of deliveries as they lie in the inbox: gzipped, since platforms send long JSON. What was written plain is read plain.</summary>
internal static class InboxBodies
{
    public static byte[] Pack(ReadOnlySpan<byte> body)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true)) gzip.Write(body);
        return packed.ToArray();
    }

    public static byte[] Unpack(byte[] kept)
    {
        // RFC 1952: a JSON text never begins like this.
        if (kept is not [0x1f, 0x8b, ..]) return kept;
        using var gzip = new GZipStream(new MemoryStream(kept), CompressionMode.Decompress);
        using var body = new MemoryStream();
        gzip.CopyTo(body);
        return body.ToArray();
    }
}
