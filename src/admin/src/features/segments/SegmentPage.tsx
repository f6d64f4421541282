export default function SegmentPage(_: { segment: string }) {
  return null;
}
