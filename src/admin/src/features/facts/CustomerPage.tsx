export default function CustomerPage(_: { id: string; privacy(name: string): unknown }) {
  return null;
}
