export default function ConnectPage(_: { stores: unknown }) {
  return null;
}
