using Comeback.Data;
using Comeback.Engine;

namespace Comeback.Cli;

/// <summary>What a failure means to the person at the keyboard: one sentence that says what and what to do; null for what was not foreseen.</summary>
internal static class Problems
{
    // Linux's number for "no space left on device", as .NET carries it.
    private const int DiskFull = 28;

    public static string? Sentence(Exception problem, Databases? databases = null) => problem switch
    {
        UserError or ReadableException => problem.Message,
        _ when databases is not null && Trouble.Explain(problem, databases) is { } sentence => sentence,
        AggregateException { InnerException: { } inner } => Sentence(inner),
        IOException io when (io.HResult & 0xFFFF) == DiskFull || io.Message.Contains("No space left", StringComparison.Ordinal) =>
            "The disk is full: free some space; nothing that was already stored is lost.",
        IOException io when io.Message.Contains("Read-only file system", StringComparison.Ordinal) =>
            "The file system of the data folder is read-only: choose another with the setting Comeback:Data.",
        UnauthorizedAccessException =>
            $"{problem.Message.TrimEnd('.')}: give this user the right to read and write there, or choose another folder with the setting Comeback:Data.",
        FileNotFoundException { FileName: { } file } => $"There is no file {file}: check the path.",
        IOException io when io.Message.Contains("already exists", StringComparison.Ordinal) => $"{io.Message.TrimEnd('.')}: choose another name or folder.",
        DirectoryNotFoundException => $"{problem.Message.TrimEnd('.')}: check the path.",
        _ => null,
    };
}
