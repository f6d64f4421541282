// Tells what a visitor looked at, after they agreed to it. It names nobody: the customer is known only by a token that a click in one of the
// store's own messages put into the address, and the service decides whether to believe it.
import { register } from '@shopify/web-pixels-extension';

type Seen = { n: 'product' | 'category' | 'search'; p?: string; c?: string; q?: string; at: number };

register(({ analytics, browser, init, settings, customerPrivacy }) => {
  let privacy = init.customerPrivacy;
  customerPrivacy.subscribe('visitorConsentCollected', event => {
    privacy = event.customerPrivacy;
  });

  const tell = (event: { clientId: string; timestamp: string; context: { document: { location: { search: string } } } }, seen: Omit<Seen, 'at'>) => {
    if (!privacy.analyticsProcessingAllowed || !settings.eventsUrl) return;
    const at = Date.parse(event.timestamp) || Date.now();
    // Who a message is for is marketing, not statistics: without that consent the token stays unread.
    const token = privacy.marketingAllowed ? new URLSearchParams(event.context.document.location.search).get('cb_v') : null;
    const body = JSON.stringify({ v: event.clientId, ...(token ? { t: token } : {}), e: [{ ...seen, at }] });
    void browser.sendBeacon(settings.eventsUrl, body);
  };

  analytics.subscribe('product_viewed', event => {
    const id = event.data.productVariant?.product.id;
    if (id) tell(event, { n: 'product', p: id });
  });
  analytics.subscribe('collection_viewed', event => {
    const id = event.data.collection.id;
    if (id) tell(event, { n: 'category', c: `collection:${id}` });
  });
  analytics.subscribe('search_submitted', event => {
    const query = event.data.searchResult.query;
    if (query) tell(event, { n: 'search', q: query.slice(0, 100) });
  });
});
