namespace Comeback.Stores.Csv;

/// <summary>A file that cannot be imported. The message is one sentence for the merchant: what is wrong, and what to do.</summary>
public sealed class UnreadableFileException : Exception
{
    public UnreadableFileException() { }

    public UnreadableFileException(string message) : base(message) { }

    public UnreadableFileException(string message, Exception inner) : base(message, inner) { }
}
