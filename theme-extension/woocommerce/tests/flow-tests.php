<?php
/**
 * What the plugin does with a store that is, and one that is not, connected.
 *
 * @package Comeback
 */

function answered( $status, $body = '{}' ) {
	return array( 'status' => $status, 'body' => $body );
}

function it_sends_nothing_before_the_merchant_connects() {
	Comeback_Queue::add( 'carts', array( 'carts' => array() ) );
	same( null, Comeback_Service::post( 'ticket', array() ) );
	Comeback_Pixel::take( new Fake_Request( '{"v":null,"e":[{"i":"0123456789abcdef","k":"product","p":12,"at":1}]}' ) );
	same( array(), Comeback_Privacy::export( 'ann@example.com' )['data'] );
	same( array(), World::$calls );
	same( array(), $GLOBALS['wpdb']->rows );
}

function it_signs_what_it_sends_as_the_service_checks_it() {
	World::connect();
	World::$answers = array( answered( 200, '{"ticket":"t"}' ) );
	same( array( 'ticket' => 't' ), Comeback_Service::post( 'ticket', array( 'user' => '12' ) ) );
	list( $url, $call ) = World::$calls[0];
	same( 'https://comeback.example/hooks/woocommerce/plugin/ticket', $url );
	same( 0, $call['redirection'] );
	$sent    = $call['headers'];
	$message = "POST\n/hooks/woocommerce/plugin/ticket\n{$sent['X-Comeback-Timestamp']}\n{$sent['X-Comeback-Delivery']}\n{\"user\":\"12\"}";
	same( base64_encode( hash_hmac( 'sha256', $message, str_repeat( 'ab', 32 ), true ) ), $sent['X-Comeback-Signature'] );
	truth( abs( time() - (int) $sent['X-Comeback-Timestamp'] ) < 5, 'time' );
	same( false, strpos( json_encode( $call ), str_repeat( 'ab', 32 ) ), 'the secret goes nowhere' );
}

function it_makes_the_signature_of_the_agreed_example() {
	$headers = Comeback_Signature::headers( array( 'hook' => 'hook', 'secret' => str_repeat( '0f', 32 ) ), 'POST', '/hooks/woocommerce/plugin/carts', '{"carts":[]}', 1764000000, 'abcdefghijklmnop' );
	// printf 'POST\n/hooks/woocommerce/plugin/carts\n1764000000\nabcdefghijklmnop\n{"carts":[]}' | openssl dgst -sha256 -hmac 0f0f... -binary | base64
	same( 'rVbpYIMFXauPV1R/++FuSnI0E6U/SzDnufJkXILEAh4=', $headers['X-Comeback-Signature'] );
}

function it_keeps_the_secret_out_of_what_is_loaded_with_every_page_and_out_of_its_answers() {
	World::connect();
	same( false, get_option( 'autoload:' . Comeback_Connection::OPTION ) );
	Comeback_Rest::register();
	same( array( 'wc-comeback/v1/connect', 'wc-comeback/v1/status', 'wc-comeback/v1/e' ), array_keys( World::$routes ) );
	$status = World::$routes['wc-comeback/v1/status'];
	World::$can = false;
	same( false, call_user_func( $status['permission_callback'] ) );
	foreach ( World::$routes['wc-comeback/v1/connect'] as $route ) {
		same( false, call_user_func( $route['permission_callback'] ) );
	}
	World::$can = true;
	$told = call_user_func( $status['callback'] )->data;
	same( 3, $told['installation'] );
	same( false, strpos( json_encode( $told ), str_repeat( 'ab', 32 ) ) );
}

function it_takes_a_connection_only_when_it_is_whole() {
	$good = array( 'service' => 'https://comeback.example', 'hook' => str_repeat( 'h', 32 ), 'secret' => str_repeat( 'ab', 32 ), 'installation' => 1 );
	same( true, Comeback_Connection::problem( $good ) );
	foreach ( array(
		'service'      => array( null, 'http://comeback.example', 'https://u@comeback.example', "https://comeback.example\n", 'https://comeback.example/path', 'javascript:1' ),
		'hook'         => array( null, 'short', str_repeat( 'h', 65 ), str_repeat( 'h', 30 ) . '/', array() ),
		'secret'       => array( null, str_repeat( 'AB', 32 ), str_repeat( 'ab', 31 ), 7 ),
		'installation' => array( null, '1', 1.5 ),
	) as $field => $values ) {
		foreach ( $values as $value ) {
			same( $field, Comeback_Connection::problem( array( $field => $value ) + $good ), var_export( $value, true ) );
		}
	}
	$refused = Comeback_Rest::connect( new Fake_Request( '{"service":"http://x"}' ) );
	same( 400, $refused->data['status'] );
	same( false, Comeback_Connection::is_connected() );
	Comeback_Rest::connect( new Fake_Request( json_encode( $good ) ) );
	truth( Comeback_Connection::is_connected(), 'connected' );
}

function it_lets_the_newest_state_of_a_cart_take_the_older_ones_place() {
	World::connect();
	foreach ( array( 1, 2, 3 ) as $n ) {
		Comeback_Queue::add( 'carts', array( 'n' => $n ), 'cart:a' );
	}
	Comeback_Queue::add( 'carts', array( 'n' => 9 ), 'cart:b' );
	$rows = $GLOBALS['wpdb']->rows['wp_comeback_queue'];
	same( array( '{"n":3}', '{"n":9}' ), array_column( $rows, 'body' ) );
	World::$answers = array( answered( 200 ), answered( 200 ) );
	foreach ( World::$actions as $action ) {
		call_user_func( array( 'Comeback_Queue', 'deliver' ), $action[2][0] );
	}
	same( array(), $GLOBALS['wpdb']->rows['wp_comeback_queue'] );
	same( 2, count( World::$calls ) );
}

function it_tries_again_with_the_same_delivery_while_the_service_is_away_and_gives_up_after_two_days() {
	World::connect();
	Comeback_Queue::add( 'carts', array( 'n' => 1 ), 'cart:a' );
	$id             = $GLOBALS['wpdb']->insert_id;
	World::$answers = array( new WP_Error( 'http', 'away' ), answered( 503 ), answered( 429 ), answered( 200 ) );
	$pauses         = array();
	for ( $try = 0; $try < 4; $try++ ) {
		World::$actions = array();
		Comeback_Queue::deliver( $id );
		$pauses[] = isset( World::$actions[0] ) ? World::$actions[0][0] : null;
	}
	same( array( 60, 300, 900, null ), $pauses );
	$deliveries = array();
	foreach ( World::$calls as $call ) {
		$deliveries[] = $call[1]['headers']['X-Comeback-Delivery'];
	}
	same( 1, count( array_unique( $deliveries ) ) );
	same( array( 3600, 3600, null ), array( Comeback_Queue::pause( 3, 100 ), Comeback_Queue::pause( 30, 40 * 3600 ), Comeback_Queue::pause( 30, 49 * 3600 ) ) );
}

function it_drops_what_can_never_be_taken_and_stops_after_three_refusals() {
	foreach ( array( 200 => 'done', 400 => 'dropped', 413 => 'dropped', 422 => 'dropped', 401 => 'again', 429 => 'again', 500 => 'again', 302 => 'again', 0 => 'again' ) as $status => $outcome ) {
		same( $outcome, Comeback_Service::outcome( $status ), (string) $status );
	}
	World::connect();
	World::$answers = array( answered( 401 ), answered( 401 ), answered( 200 ), answered( 401 ), answered( 401 ), answered( 401 ) );
	for ( $i = 0; $i < 5; $i++ ) {
		Comeback_Service::post( 'ticket', array() );
		same( false, Comeback_Connection::is_refused() );
	}
	Comeback_Service::post( 'ticket', array() );
	truth( Comeback_Connection::is_refused(), 'refused' );
	Comeback_Queue::add( 'carts', array() );
	same( false, isset( $GLOBALS['wpdb']->rows['wp_comeback_queue'][0] ) );
	World::connect();
	same( false, Comeback_Connection::is_refused() );
}

function it_forgets_everything_when_it_is_disconnected() {
	World::connect();
	Comeback_Queue::add( 'carts', array( 'email' => 'ann@example.com' ), 'cart:a' );
	Comeback_Restore::remember( str_repeat( 'r', 43 ), 'a', array() );
	Comeback_Rest::disconnect();
	same( false, strpos( serialize( array( World::$options, $GLOBALS['wpdb']->rows, World::$actions ) ), 'ann@' ) );
	same( false, Comeback_Connection::is_connected() );
	same( array(), World::$options );
}

function it_tells_the_service_when_it_is_uninstalled_and_leaves_nothing() {
	World::connect();
	World::$answers = array( answered( 200 ) );
	define( 'WP_UNINSTALL_PLUGIN', 'comeback/comeback.php' );
	require COMEBACK_DIR . '/uninstall.php';
	same( '{"installation":3}', World::$calls[0][1]['body'] );
	same( array(), World::$options );
	same( array(), $GLOBALS['wpdb']->rows );
}

function it_keeps_only_the_hash_of_a_carts_token_for_thirty_days_or_until_the_order() {
	$token = Comeback_Signature::random();
	Comeback_Restore::remember( $token, 'cart', array( array( 'product' => 12, 'variation' => 34, 'quantity' => 2, 'title' => 'Tea' ) ) );
	$row = $GLOBALS['wpdb']->rows['wp_comeback_carts'][0];
	same( false, strpos( serialize( $row ), $token ) );
	same( '[[12,34,2]]', $row['cart_lines'] );
	$find = new ReflectionMethod( 'Comeback_Restore', 'find' );
	$find->setAccessible( true );
	same( array( array( 12, 34, 2 ) ), $find->invoke( null, $token ) );
	same( null, $find->invoke( null, Comeback_Signature::random() ) );
	$GLOBALS['wpdb']->rows['wp_comeback_carts'][0]['created_at'] = gmdate( 'Y-m-d H:i:s', time() - 31 * DAY_IN_SECONDS );
	same( null, $find->invoke( null, $token ) );
	Comeback_Restore::sweep();
	same( array(), $GLOBALS['wpdb']->rows['wp_comeback_carts'] );
	Comeback_Restore::remember( $token, 'cart', array() );
	Comeback_Restore::forget( 'cart' );
	same( null, $find->invoke( null, $token ) );
}

function it_relays_views_in_batches_with_the_account_of_the_session() {
	World::connect();
	World::$cookie          = 45;
	$_SERVER['REMOTE_ADDR'] = '203.0.113.7';
	for ( $i = 0; $i < 3; $i++ ) {
		same( 204, Comeback_Pixel::take( new Fake_Request( '{"v":null,"e":[{"i":"0123456789abcde' . $i . '","k":"product","p":12,"account":"1","at":1}]}' ) )->status );
	}
	same( array( Comeback_Queue::FLUSH ), array_column( World::$actions, 1 ) );
	Comeback_Queue::flush();
	$rows = $GLOBALS['wpdb']->rows['wp_comeback_queue'];
	same( 1, count( $rows ) );
	$events = json_decode( $rows[0]['body'], true )['events'];
	same( array( '45', '45', '45' ), array_column( $events, 'account' ) );
	for ( $i = 0; $i < 300; $i++ ) {
		Comeback_Pixel::take( new Fake_Request( '{"e":[{"i":"0123456789abcdef","k":"product","p":12}]}' ) );
	}
	same( Comeback_Pixel::MOST_CALLS - 3, count( $GLOBALS['wpdb']->rows['wp_comeback_queue'] ) - 1 );
}

function it_reports_that_the_service_could_not_be_reached_to_who_exports_or_erases() {
	World::connect();
	World::$answers = array( answered( 503 ), answered( 503 ), answered( 200, '{"erased":true}' ), answered( 200, '{"data":[{"group":"orders","items":[{"name":"#1","value":"<b>10</b>"}]}]}' ) );
	try {
		Comeback_Privacy::export( 'ann@example.com' );
		throw new LogicException( 'it was silent' );
	} catch ( Exception $told ) {
		truth( false !== strpos( $told->getMessage(), 'could not be reached' ), $told->getMessage() );
	}
	$failed = Comeback_Privacy::erase( 'ann@example.com' );
	same( array( false, true, 1 ), array( $failed['items_removed'], $failed['items_retained'], count( $failed['messages'] ) ) );
	same( true, Comeback_Privacy::erase( 'ann@example.com' )['items_removed'] );
	same( '&lt;b&gt;10&lt;/b&gt;', Comeback_Privacy::export( 'ann@example.com' )['data'][0]['data'][0]['value'] );
}
