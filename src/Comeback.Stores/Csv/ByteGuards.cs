using System.IO.Compression;
using System.Text.Unicode;
using Comeback.Engine;

namespace Comeback.Stores.Csv;

/// <summary>Counts what is read of the file itself, for progress (with gzip these are the packed bytes), and keeps its last eight bytes.</summary>
internal sealed class CountingStream(Stream inner) : ReadOnlyStream
{
    private readonly byte[] tail = new byte[8];

    public long Count { get; private set; }

    /// <summary>The last eight bytes read: of a whole gzip file its checksum and its unpacked length.</summary>
    public ReadOnlySpan<byte> Tail => tail;

    public override int Read(Span<byte> buffer)
    {
        var read = inner.Read(buffer);
        Count += read;
        if (read >= tail.Length)
        {
            buffer.Slice(read - tail.Length, tail.Length).CopyTo(tail);
        }
        else if (read > 0)
        {
            tail.AsSpan(read).CopyTo(tail);
            buffer[..read].CopyTo(tail.AsSpan(tail.Length - read));
        }
        return read;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing) inner.Dispose();
        base.Dispose(disposing);
    }
}

/// <summary>Unpacks gzip, and says in one sentence when it is damaged, cut off, or made to unpack without end.</summary>
internal sealed class UnzippingStream(CountingStream packed, Func<Stream> open) : ReadOnlyStream
{
    // Order files pack 5 to 30 times smaller; one that packs hundreds of times smaller is made of nothing, to fill a disk or a memory.
    private const long TrustedBytes = 64L << 20;
    private const long LargestRatio = 100;

    private readonly GZipStream gzip = new(packed, CompressionMode.Decompress);
    private long unpacked;

    public override int Read(Span<byte> buffer)
    {
        int read;
        try
        {
            read = gzip.Read(buffer);
        }
        catch (Exception fault) when (fault is InvalidDataException or EndOfStreamException)
        {
            throw Damaged(fault);
        }
        unpacked += read;
        if (unpacked > TrustedBytes && unpacked / LargestRatio > packed.Count)
        {
            throw new UserError(
                $"The gzip file unpacks to more than {LargestRatio} times its size and seems to have no end: unpack it yourself and look at what is in it.");
        }
        if (read == 0 && buffer.Length > 0) CheckEnd();
        return read;
    }

    // GZipStream takes a file that was cut off for one that has ended. A whole one closes with the checksum and length of its last member.
    private void CheckEnd()
    {
        var checksum = BitConverter.ToUInt32(packed.Tail[..4]);
        var length = BitConverter.ToUInt32(packed.Tail[4..]);
        if (packed.Count < 18) throw Damaged(null);
        if (length == (uint)unpacked) return;
        if (length > unpacked) throw Damaged(null);
        // Several members one after the other: only the last is described by the end of the file.
        using var again = new GZipStream(open(), CompressionMode.Decompress);
        var buffer = new byte[64 << 10];
        var before = unpacked - length;
        var crc = uint.MaxValue;
        int read;
        while ((read = again.Read(buffer)) > 0)
        {
            var skip = (int)Math.Min(before, read);
            before -= skip;
            crc = Crc32(crc, buffer.AsSpan(skip, read - skip));
        }
        if (~crc != checksum) throw Damaged(null);
    }

    private static uint Crc32(uint crc, ReadOnlySpan<byte> bytes)
    {
        foreach (var b in bytes)
        {
            crc ^= b;
            for (var bit = 0; bit < 8; bit++) crc = (crc & 1) == 1 ? (crc >> 1) ^ 0xEDB88320 : crc >> 1;
        }
        return crc;
    }

    private static UserError Damaged(Exception? fault) =>
        new("The gzip file is damaged or was cut off before its end: download or copy it again.", inner: fault);

    protected override void Dispose(bool disposing)
    {
        if (disposing) gzip.Dispose();
        base.Dispose(disposing);
    }
}

/// <summary>UTF-8 on its way to the parser: refuses NUL, and, where nothing before it decoded the bytes, what is no UTF-8.</summary>
internal sealed class TextGuard(Stream inner, bool validate) : ReadOnlyStream
{
    private readonly byte[] carried = new byte[8];
    private int carry;

    public override int Read(Span<byte> buffer)
    {
        int read;
        try
        {
            read = inner.Read(buffer);
        }
        catch (System.Text.DecoderFallbackException fault)
        {
            throw new UserError("The file begins as UTF-16 but does not go on as such: save it as UTF-8.", inner: fault);
        }
        var bytes = buffer[..read];
        if (bytes.Contains((byte)0))
            throw new UserError("The file contains NUL bytes, so it is not text: export the orders as CSV again.");
        if (validate) Validate(bytes);
        return read;
    }

    // A character may be cut by the end of a buffer: its first bytes are carried over and checked with the next ones.
    private void Validate(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty)
        {
            if (carry > 0) throw new NotUtf8Exception();
            return;
        }
        while (carry > 0 && !bytes.IsEmpty)
        {
            carried[carry++] = bytes[0];
            bytes = bytes[1..];
            if (Utf8.IsValid(carried.AsSpan(0, carry))) carry = 0;
            else if (carry >= 4) throw new NotUtf8Exception();
        }
        var whole = bytes.Length;
        for (var back = 1; back <= Math.Min(3, bytes.Length); back++)
        {
            var b = bytes[^back];
            if (b < 0x80) break;
            if (b < 0xC0) continue;
            if ((b >= 0xF0 ? 4 : b >= 0xE0 ? 3 : 2) > back) whole = bytes.Length - back;
            break;
        }
        if (!Utf8.IsValid(bytes[..whole])) throw new NotUtf8Exception();
        if (whole == bytes.Length) return;
        bytes[whole..].CopyTo(carried);
        carry = bytes.Length - whole;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing) inner.Dispose();
        base.Dispose(disposing);
    }
}

/// <summary>
/// Bytes that are taken for Windows-1252. Five of them mean nothing there. And Western text has its accents singly: three and more in a row,
/// again and again, is Arabic, Greek or Cyrillic in a code page of its own, which would be read as gibberish names.
/// </summary>
internal sealed class CodePageGuard(Stream inner) : ReadOnlyStream
{
    private long highs, highsInRuns;
    private int run;

    public override int Read(Span<byte> buffer)
    {
        var read = inner.Read(buffer);
        foreach (var b in buffer[..read])
        {
            if (b is 0x81 or 0x8D or 0x8F or 0x90 or 0x9D) throw AnotherEncoding();
            if (b < 0xC0)
            {
                run = 0;
                continue;
            }
            highs++;
            run++;
            if (run == 3) highsInRuns += 3;
            else if (run > 3) highsInRuns++;
        }
        return highsInRuns > 30 && highsInRuns * 2 > highs ? throw AnotherEncoding() : read;
    }

    private static UserError AnotherEncoding() =>
        new("The file is neither UTF-8, UTF-16 nor Windows-1252: save it as UTF-8 (in Excel: \"CSV UTF-8\").");

    protected override void Dispose(bool disposing)
    {
        if (disposing) inner.Dispose();
        base.Dispose(disposing);
    }
}

/// <summary>The bytes are not UTF-8: the file is read again as Windows-1252.</summary>
internal sealed class NotUtf8Exception() : Exception("Not UTF-8.");

/// <summary>A stream that is only read, forwards.</summary>
internal abstract class ReadOnlyStream : Stream
{
    public override bool CanRead => true;
    public override bool CanSeek => false;
    public override bool CanWrite => false;
    public override long Length => throw new NotSupportedException();
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }
    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));
    public abstract override int Read(Span<byte> buffer);
    public override void Flush() { }
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
    public override void SetLength(long value) => throw new NotSupportedException();
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
