namespace Comeback.Engine.Segments;

/// <summary>Text to tree.</summary>
internal static class SegmentParser
{
    public static ParsedSegment Parse(string text) => throw new NotSupportedException();
}
