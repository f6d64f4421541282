<?php
/**
 * Calls to the service.
 *
 * @package Comeback
 */

defined( 'ABSPATH' ) || exit;

/**
 * Signs and posts. The secret goes nowhere but into the signature, and redirects are not followed.
 */
final class Comeback_Service {

	const PREFIX = '/hooks/woocommerce/plugin/';

	/**
	 * One call, now. For what a person waits for.
	 *
	 * @param string $route   Last part of the path.
	 * @param array  $body    To be sent as JSON.
	 * @param int    $seconds To wait at most.
	 * @return array|null The decoded answer of a 200; null otherwise.
	 */
	public static function post( $route, array $body, $seconds = 10 ) {
		$answer = self::send( $route, wp_json_encode( $body ), Comeback_Signature::random(), $seconds );
		if ( is_wp_error( $answer ) || 200 !== (int) wp_remote_retrieve_response_code( $answer ) ) {
			return null;
		}
		$decoded = json_decode( wp_remote_retrieve_body( $answer ), true );
		return is_array( $decoded ) ? $decoded : null;
	}

	/**
	 * One delivery from the queue.
	 *
	 * @param string $route    Last part of the path.
	 * @param string $body     JSON as it was queued.
	 * @param string $delivery Its name, the same at each try.
	 * @return string `done`, `dropped` or `again`.
	 */
	public static function deliver( $route, $body, $delivery ) {
		if ( ! Comeback_Connection::is_connected() ) {
			return 'dropped';
		}
		$answer = self::send( $route, $body, $delivery, 15 );
		return self::outcome( is_wp_error( $answer ) ? 0 : (int) wp_remote_retrieve_response_code( $answer ) );
	}

	/**
	 * What an answer means for a queued delivery.
	 *
	 * @param int $status 0 when there was none.
	 * @return string `done`, `dropped` or `again`.
	 */
	public static function outcome( $status ) {
		if ( 200 === $status ) {
			return 'done';
		}
		// A body that can never be taken is not sent for ever; a signature that is refused now may be taken after a new connection has come.
		return in_array( $status, array( 400, 413, 422 ), true ) ? 'dropped' : 'again';
	}

	/**
	 * Signs and posts.
	 *
	 * @param string $route    Last part of the path.
	 * @param string $body     JSON.
	 * @param string $delivery Its name.
	 * @param int    $seconds  To wait at most.
	 * @return array|WP_Error
	 */
	private static function send( $route, $body, $delivery, $seconds ) {
		$connection = Comeback_Connection::get();
		if ( array() === $connection ) {
			return new WP_Error( 'comeback_not_connected', 'Not connected.' );
		}
		$path   = self::PREFIX . $route;
		$answer = wp_safe_remote_post(
			$connection['service'] . $path,
			array(
				'headers'             => Comeback_Signature::headers( $connection, 'POST', $path, $body, time(), $delivery ),
				'body'                => $body,
				'timeout'             => $seconds,
				'redirection'         => 0,
				'limit_response_size' => 1048576,
			)
		);
		if ( ! is_wp_error( $answer ) ) {
			Comeback_Connection::note( 401 !== (int) wp_remote_retrieve_response_code( $answer ) );
		}
		return $answer;
	}
}
