/* Tells what this page is about, once the visitor allows it. Sets nothing before. */
( function ( w, d ) {
	'use strict';
	var page = w.comebackPage, name = 'comeback_v', sent;
	if ( ! page || ! navigator.sendBeacon || ! w.crypto ) {
		return;
	}
	function random() {
		var bytes = w.crypto.getRandomValues( new Uint8Array( 16 ) ), text = '', i;
		for ( i = 0; i < 16; i++ ) {
			text += ( '0' + bytes[ i ].toString( 16 ) ).slice( -2 );
		}
		return text;
	}
	function allowed() {
		if ( navigator.globalPrivacyControl || navigator.doNotTrack === '1' ) {
			return false;
		}
		return typeof w.wp_has_consent === 'function' ? w.wp_has_consent( 'statistics' ) : ! page.w;
	}
	function visitor() {
		var found = d.cookie.match( /(?:^|; )comeback_v=([0-9a-f]{32})/ ), id = found ? found[ 1 ] : random();
		d.cookie = name + '=' + id + ';path=/;max-age=31536000;samesite=lax' + ( location.protocol === 'https:' ? ';secure' : '' );
		return id;
	}
	function tell() {
		if ( sent || ! allowed() ) {
			return;
		}
		sent = 1;
		navigator.sendBeacon( page.u, JSON.stringify( { v: visitor(), e: [ { i: random(), k: page.k, p: page.p, c: page.c, q: page.q, at: Date.now() } ] } ) );
	}
	// The consent tool may answer later, or the visitor may change their mind.
	d.addEventListener( 'wp_listen_for_consent_change', function ( event ) {
		if ( event.detail && event.detail.statistics === 'deny' ) {
			d.cookie = name + '=;path=/;max-age=0';
		}
		tell();
	} );
	tell();
}( window, document ) );
