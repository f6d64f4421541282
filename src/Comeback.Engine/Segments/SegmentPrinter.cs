namespace Comeback.Engine.Segments;

/// <summary>Tree to text.</summary>
internal static class SegmentPrinter
{
    public static string Print(SegmentTree tree) => throw new NotSupportedException();
}
