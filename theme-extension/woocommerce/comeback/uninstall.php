<?php
/**
 * Removes everything that the plugin kept: the secret, the queue, the cart tokens, its options and scheduled actions. The service is told first.
 *
 * @package Comeback
 */

defined( 'WP_UNINSTALL_PLUGIN' ) || exit;

foreach ( array( 'signature', 'connection', 'queue', 'service' ) as $comeback_part ) {
	require_once __DIR__ . '/includes/class-comeback-' . $comeback_part . '.php';
}

if ( Comeback_Connection::is_connected() ) {
	// At once or never: afterwards there is no secret to sign with. The service also notices by itself when the keys stop working.
	Comeback_Service::post( 'uninstall', array( 'installation' => Comeback_Connection::installation() ), 5 );
}
Comeback_Connection::clear();
Comeback_Queue::drop();
