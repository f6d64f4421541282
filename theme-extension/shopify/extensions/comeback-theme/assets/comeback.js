/* The forms, and the view of a page where the web pixel cannot run. Loaded once, whichever blocks are on the page. */
(function () {
  'use strict';
  if (window.comebackLoaded) return;
  window.comebackLoaded = true;

  document.addEventListener('submit', function (event) {
    var form = event.target;
    if (!form.matches || !form.matches('[data-comeback-form]')) return;
    event.preventDefault();
    var state = form.querySelector('[role=status]');
    var button = form.querySelector('button');
    var said = new FormData(form);
    button.disabled = true;
    fetch(form.action, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Accept: 'application/json' },
      body: JSON.stringify({
        kind: said.get('kind'),
        email: said.get('email'),
        product: said.get('product') || null,
        language: said.get('language'),
        website: said.get('website'),
        // What stood beside the box is the proof of what was agreed to.
        wording: form.querySelector('[data-comeback-wording]').textContent.trim()
      })
    }).then(function (answer) {
      if (!answer.ok) throw new Error(String(answer.status));
      state.textContent = state.dataset.thanks;
      form.reset();
    }).catch(function () {
      state.textContent = state.dataset.failed;
    }).then(function () {
      button.disabled = false;
    });
  });

  var script = document.querySelector('script[data-comeback-kind]');
  var kind = script && script.dataset.comebackKind;
  if (!kind) return;
  var told = false;

  function tell() {
    var privacy = window.Shopify && window.Shopify.customerPrivacy;
    if (told || !privacy || !privacy.analyticsProcessingAllowed()) return;
    told = true;
    var one = kind === 'product'
      ? { n: 'product', p: script.dataset.comebackProduct, at: Date.now() }
      : { n: 'category', c: 'collection:' + script.dataset.comebackCollection, at: Date.now() };
    navigator.sendBeacon('/apps/comeback/e', JSON.stringify({ v: visitor(), e: [one] }));
  }

  // Shopify's own name for this browser; one of ours for this page only where it has none, so that nothing is stored by us.
  function visitor() {
    var found = document.cookie.match(/(?:^|; )_shopify_y=([A-Za-z0-9-]{22,64})/);
    return found ? found[1] : Array.from(crypto.getRandomValues(new Uint8Array(16)), function (b) { return ('0' + b.toString(16)).slice(-2); }).join('');
  }

  document.addEventListener('visitorConsentCollected', tell);
  if (window.Shopify && window.Shopify.loadFeatures) {
    window.Shopify.loadFeatures([{ name: 'consent-tracking-api', version: '0.1' }], function (error) { if (!error) tell(); });
  } else {
    tell();
  }
})();
