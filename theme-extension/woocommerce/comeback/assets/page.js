/* Opens Comeback in the frame or in a tab, and renews its access while the page is open. */
( function () {
	'use strict';
	var page = window.comebackPage;
	var frame = document.getElementById( 'comeback-frame' );
	var button = document.getElementById( 'comeback-open' );
	var state = document.getElementById( 'comeback-state' );
	var service = new URL( page.service ).origin;

	function ticket( renew ) {
		var body = new URLSearchParams( { action: 'comeback_ticket', nonce: page.nonce, renew: renew ? '1' : '0' } );
		return fetch( page.ajax, { method: 'POST', credentials: 'same-origin', body: body } ).then( function ( answer ) {
			if ( ! answer.ok ) {
				throw new Error( String( answer.status ) );
			}
			return answer.json();
		} ).then( function ( answer ) {
			return answer.data;
		} );
	}

	function fail() {
		state.textContent = page.failed;
	}

	// By a form, so that the ticket stands in no address and no history.
	function open( target ) {
		return ticket( false ).then( function ( data ) {
			var form = document.createElement( 'form' );
			var field = document.createElement( 'input' );
			form.method = 'post';
			form.action = data.action;
			form.target = target;
			field.type = 'hidden';
			field.name = 'ticket';
			field.value = data.ticket;
			form.appendChild( field );
			document.body.appendChild( form );
			form.submit();
			form.remove();
		} ).catch( fail );
	}

	if ( button ) {
		button.addEventListener( 'click', function () {
			open( '_blank' );
		} );
	}
	if ( frame ) {
		open( frame.name );
		window.addEventListener( 'message', function ( event ) {
			if ( event.origin !== service || event.source !== frame.contentWindow || ! event.data ) {
				return;
			}
			if ( event.data.comeback === 'renew' ) {
				ticket( true ).then( function ( data ) {
					frame.contentWindow.postMessage( { comeback: 'ticket', ticket: data.ticket }, service );
				} ).catch( fail );
			} else if ( event.data.comeback === 'height' && event.data.height > 0 && event.data.height < 50000 ) {
				frame.style.height = Math.ceil( event.data.height ) + 'px';
			}
		} );
	}
}() );
