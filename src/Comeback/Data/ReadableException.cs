namespace Comeback.Data;

/// <summary>An error that the operator can act on: its message is one sentence that says what is wrong and what to do. Verbs print it and exit with 2.</summary>
internal sealed class ReadableException(string sentence, Exception? inner = null) : Exception(sentence, inner);
