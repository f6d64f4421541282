using System.Runtime.InteropServices;
using System.Text;

namespace Comeback.Engine.Facts;

/// <summary>Writes columns as they lie in memory, little end first: a snapshot is read on the kind of machine that wrote it.</summary>
internal sealed class ColumnWriter(Stream stream)
{
    public void Number(long number) => stream.Write(MemoryMarshal.AsBytes(new ReadOnlySpan<long>(in number)));

    public void Column<T>(ReadOnlySpan<T> column) where T : unmanaged
    {
        Number(column.Length);
        var bytes = MemoryMarshal.AsBytes(column);
        stream.Write(bytes);
    }

    public void Text(string? text) => Column<byte>(text is null ? [0] : [1, .. Encoding.UTF8.GetBytes(text)]);

    public void All<T>(IReadOnlyCollection<T> all, Action<T> write)
    {
        Number(all.Count);
        foreach (var one in all)
            write(one);
    }
}

/// <summary>Reads what <see cref="ColumnWriter"/> wrote. What cannot be right is an <see cref="InvalidDataException"/>, before it costs memory.</summary>
/// <param name="length">Bytes that there are: no column is longer.</param>
internal sealed class ColumnReader(Stream stream, long length)
{
    private long left = length;

    public long Number()
    {
        var number = 0L;
        Fill(MemoryMarshal.AsBytes(new Span<long>(ref number)));
        return number;
    }

    public int Count(int leastSize = 1)
    {
        var count = Number();
        if (count < 0 || count > left / leastSize) throw new InvalidDataException("A column is longer than its file.");
        return (int)count;
    }

    public T[] Column<T>() where T : unmanaged
    {
        var column = GC.AllocateUninitializedArray<T>(Count(System.Runtime.CompilerServices.Unsafe.SizeOf<T>()));
        Fill(MemoryMarshal.AsBytes(column.AsSpan()));
        return column;
    }

    public string? Text() => Column<byte>() is { } bytes && bytes is [1, ..] ? Encoding.UTF8.GetString(bytes, 1, bytes.Length - 1) : null;

    public void All(Action read)
    {
        for (var rest = Count(); rest > 0; rest--)
            read();
    }

    private void Fill(Span<byte> bytes)
    {
        left -= bytes.Length;
        // A stream takes at most 2^31 bytes at once.
        for (; !bytes.IsEmpty; bytes = bytes[Math.Min(bytes.Length, 1 << 20)..])
            stream.ReadExactly(bytes[..Math.Min(bytes.Length, 1 << 20)]);
    }
}
