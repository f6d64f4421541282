export default function OutboxPage(_: { id?: string }) {
  return null;
}
