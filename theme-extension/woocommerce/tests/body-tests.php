<?php
/**
 * Carts, consents and views in the service's words.
 *
 * @package Comeback
 */

function a_cart( array $change = array() ) {
	return $change + array(
		'id'       => 'cart',
		'state'    => 'open',
		'created'  => 1764000000,
		'updated'  => 1764000060,
		'person'   => array( 'email' => 'Ann@Example.com ', 'firstName' => "An\x00n\u{202E}", 'country' => 'DK', 'language' => 'da_DK' ),
		'currency' => 'DKK',
		'total'    => '149.00',
		'restore'  => str_repeat( 'r', 43 ),
		'lines'    => array( array( 'product' => 12, 'variation' => 0, 'quantity' => 2, 'title' => 'Tea', 'price' => 74.5, 'image' => 'http://insecure/' ) ),
	);
}

function it_tells_of_a_cart_as_agreed() {
	$body = Comeback_Cart_Body::cart( a_cart() );
	same( 'ann@example.com', $body['email'] );
	same( 'An n', $body['firstName'] );
	same( 'da-DK', $body['language'] );
	same( '2025-11-24T16:01:00Z', $body['updatedAt'] );
	same( array( array( 'product' => '12', 'variation' => null, 'quantity' => 2, 'title' => 'Tea', 'price' => '74.5', 'image' => null ) ), $body['lines'] );
	same( str_repeat( 'r', 43 ), $body['restore'] );
	same( array(), $body['consents'] );
}

function it_does_not_tell_of_a_cart_of_nobody() {
	foreach ( array( array(), array( 'email' => 'ann' ), array( 'phone' => '12' ), array( 'account' => 0 ), array( 'firstName' => 'Ann' ) ) as $person ) {
		same( null, Comeback_Cart_Body::cart( a_cart( array( 'person' => $person ) ) ) );
	}
	foreach ( array( array( 'email' => 'ann@example.com' ), array( 'phone' => '+45 12 34 56 78' ), array( 'account' => 45 ) ) as $person ) {
		truth( null !== Comeback_Cart_Body::cart( a_cart( array( 'person' => $person ) ) ), json_encode( $person ) );
	}
}

function it_gives_no_token_for_a_cart_that_was_ordered() {
	$body = Comeback_Cart_Body::cart( a_cart( array( 'state' => 'ordered', 'order' => 1234 ) ) );
	same( '1234', $body['order'] );
	same( false, isset( $body['restore'] ) );
	same( false, isset( Comeback_Cart_Body::cart( a_cart( array( 'restore' => 'guessed' ) ) )['restore'] ) );
}

function it_sends_at_most_two_hundred_lines_and_none_that_is_no_product() {
	$line = array( 'product' => 1, 'variation' => 2, 'quantity' => 1, 'title' => 'x', 'price' => '1' );
	same( 200, count( Comeback_Cart_Body::cart( a_cart( array( 'lines' => array_fill( 0, 500, $line ) ) ) )['lines'] ) );
	same( array(), Comeback_Cart_Body::cart( a_cart( array( 'lines' => array( array( 'product' => 0 ) + $line, array( 'quantity' => -1 ) + $line ) ) ) )['lines'] );
}

function it_never_says_yes_without_the_words_that_were_agreed_to() {
	$yes = array( 'channel' => 'email', 'given' => true, 'at' => 1764000000, 'wording' => 'Yes, write', 'source' => 'checkout' );
	same( array( 'channel' => 'email', 'given' => true, 'at' => '2025-11-24T16:00:00Z', 'wording' => 'Yes, write', 'source' => 'checkout' ), Comeback_Cart_Body::consent( $yes ) );
	foreach ( array( array( 'wording' => '' ), array( 'wording' => null ), array( 'channel' => 'fax' ), array( 'at' => null ) ) as $wrong ) {
		same( null, Comeback_Cart_Body::consent( $wrong + $yes ), json_encode( $wrong ) );
	}
	same( false, Comeback_Cart_Body::consent( array( 'channel' => 'sms', 'given' => false, 'at' => 1 ) )['given'] );
}

function it_reads_views_within_limits_and_never_takes_a_name_from_the_browser() {
	$one  = array( 'i' => '0123456789abcdef', 'k' => 'product', 'p' => 12, 'at' => 1764000000000 );
	$read = static function ( $events, $account = null, $visitor = 'v123456789012345678901' ) {
		return Comeback_Cart_Body::views( json_encode( array( 'v' => $visitor, 'account' => '1', 'e' => $events ) ), 1764000100, $account );
	};
	same( array( array( 'id' => '0123456789abcdef', 'kind' => 'product', 'at' => '2025-11-24T16:00:00Z', 'product' => '12', 'category' => null, 'query' => null, 'visitor' => 'v123456789012345678901', 'account' => null ) ), $read( array( $one ) ) );
	same( '45', $read( array( array( 'account' => '1' ) + $one ), 45 )[0]['account'] );
	same( null, $read( array( $one ), null, 'short' )[0]['visitor'] );
	same( 20, count( $read( array_fill( 0, 40, $one ) ) ) );
	same( '2025-11-24T16:01:40Z', $read( array( array( 'at' => 9e15 ) + $one ) )[0]['at'] );
	same( '2025-11-23T16:01:40Z', $read( array( array( 'at' => 5 ) + $one ) )[0]['at'] );
	foreach ( array( array( 'k' => 'order' ), array( 'i' => 'x' ), array( 'p' => 0 ), array( 'p' => 'x' ) ) as $wrong ) {
		same( array(), $read( array( $wrong + $one ) ), json_encode( $wrong ) );
	}
	same( array(), Comeback_Cart_Body::views( str_repeat( ' ', 5000 ), 0, null ) );
	same( array(), Comeback_Cart_Body::views( '[[[[[[[[[[[[1]]]]]]]]]]]]', 0, null ) );
	same( array(), Comeback_Cart_Body::views( "\xff", 0, null ) );
	same( str_repeat( 'æ', 80 ), $read( array( array( 'k' => 'search', 'q' => str_repeat( 'æ', 200 ) ) + $one ) )[0]['query'] );
}

function it_knows_an_address_and_a_number_from_what_is_none() {
	foreach ( array( 'ann@example.com', 'a.b+c@sub.example.co.uk', 'søren@exämple.dk' ) as $good ) {
		same( $good, Comeback_Cart_Body::email( $good ) );
	}
	foreach ( array( '', 'ann', 'ann@', '@example.com', 'ann@example', "ann@example.com\nBcc: x@y.zz", 'a b@example.com', '"a"@example.com', 'a@b@example.com', str_repeat( 'a', 65 ) . '@example.com', 'a@' . str_repeat( 'b', 250 ) . '.com', null, array() ) as $bad ) {
		same( null, Comeback_Cart_Body::email( $bad ), var_export( $bad, true ) );
	}
	foreach ( array( '+45 12 34 56 78', '12345678', '(02) 1234-5678' ) as $i => $phone ) {
		same( 2 === $i ? null : $phone, Comeback_Cart_Body::phone( $phone ) );
	}
	foreach ( array( '', '12', 'call me', '+45 12 34 56 78 <script>', str_repeat( '1', 50 ) ) as $bad ) {
		same( null, Comeback_Cart_Body::phone( $bad ), $bad );
	}
}

function it_writes_amounts_without_losing_digits() {
	foreach ( array( array( '149.00', '149.00' ), array( 74.5, '74.5' ), array( '1.235', '1.235' ), array( 1e15, '1000000000000000' ), array( '', '0' ), array( '12,50', '12' ), array( 0.1 + 0.2, '0.3' ), array( '-5', '-5' ) ) as list( $from, $to ) ) {
		same( $to, Comeback_Cart_Body::amount( $from ), var_export( $from, true ) );
	}
}

function it_tells_a_person_from_a_program_at_the_sign_up_form() {
	truth( Comeback_Sign_Up::is_person( '', 1000, 1010 ), 'a person' );
	foreach ( array( array( 'x', 1000, 1010 ), array( '', 1000, 1001 ), array( '', 0, 1010 ), array( '', 1000, 1000 + 2 * DAY_IN_SECONDS ), array( '', 2000, 1000 ) ) as list( $trap, $shown, $now ) ) {
		same( false, Comeback_Sign_Up::is_person( $trap, $shown, $now ) );
	}
}

function it_makes_tokens_that_nobody_guesses() {
	$seen = array();
	for ( $i = 0; $i < 1000; $i++ ) {
		$token = Comeback_Signature::random();
		truth( Comeback_Signature::is_random( $token ), $token );
		$seen[ $token ] = true;
	}
	same( 1000, count( $seen ) );
	foreach ( array( '', str_repeat( 'a', 42 ), str_repeat( 'a', 43 ) . "\n", str_repeat( 'a', 42 ) . '+', null, array() ) as $bad ) {
		same( false, Comeback_Signature::is_random( $bad ) );
	}
}
