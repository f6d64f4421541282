export default function BroadcastPage() {
  return null;
}
