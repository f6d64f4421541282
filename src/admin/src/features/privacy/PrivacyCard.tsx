export default function PrivacyCard(_: { id: string; name: string }) {
  return null;
}
