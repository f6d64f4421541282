export default function SegmentEditPage(_: { segment?: string }) {
  return null;
}
