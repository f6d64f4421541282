<?php
/**
 * How the plugin's server proves itself to the service.
 *
 * @package Comeback
 */

defined( 'ABSPATH' ) || exit;

/**
 * HMAC-SHA256 over method, path, time, delivery and the body as it is sent. Pure: time and delivery are given.
 */
final class Comeback_Signature {

	/**
	 * The headers of one signed call.
	 *
	 * @param array  $connection With `hook` and `secret`.
	 * @param string $method     Capitals.
	 * @param string $path       With its leading slash, without a query.
	 * @param string $body       Exactly what is sent; empty for GET.
	 * @param int    $time       Unix seconds.
	 * @param string $delivery   The same for each try of one delivery.
	 * @return array Header name to value.
	 */
	public static function headers( array $connection, $method, $path, $body, $time, $delivery ) {
		$message = implode( "\n", array( $method, $path, (string) $time, $delivery, $body ) );
		return array(
			'X-Comeback-Hook'      => $connection['hook'],
			'X-Comeback-Timestamp' => (string) $time,
			'X-Comeback-Delivery'  => $delivery,
			// The secret is used as the hexadecimal text that it came as, not as the bytes behind it.
			'X-Comeback-Signature' => base64_encode( hash_hmac( 'sha256', $message, $connection['secret'], true ) ), // phpcs:ignore WordPress.PHP.DiscouragedPHPFunctions.obfuscation_base64_encode
			'Content-Type'         => 'application/json',
		);
	}

	/**
	 * An unguessable text of 256 bits that may stand in an address.
	 *
	 * @return string 43 characters.
	 */
	public static function random() {
		return rtrim( strtr( base64_encode( random_bytes( 32 ) ), '+/', '-_' ), '=' ); // phpcs:ignore WordPress.PHP.DiscouragedPHPFunctions.obfuscation_base64_encode
	}

	/**
	 * Whether a text can be one that `random` made.
	 *
	 * @param mixed $text Anything.
	 * @return bool
	 */
	public static function is_random( $text ) {
		return is_string( $text ) && 1 === preg_match( '/\A[A-Za-z0-9_-]{43}\z/', $text );
	}
}
