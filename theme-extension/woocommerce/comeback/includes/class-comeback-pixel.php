<?php
/**
 * What visitors look at.
 *
 * @package Comeback
 */

defined( 'ABSPATH' ) || exit;

/**
 * Puts a small script on the store's pages and relays what it sends. No cookie and no call before consent, where the store asks for it.
 */
final class Comeback_Pixel {

	const HANDLE = 'comeback-pixel';

	/** Calls a browser address may make in ten minutes; more is dropped. */
	const MOST_CALLS = 120;

	/** Hooks. */
	public static function run() {
		add_action( 'wp_enqueue_scripts', array( __CLASS__, 'enqueue' ) );
		add_filter( 'wp_consent_api_registered_' . plugin_basename( COMEBACK_FILE ), '__return_true' );
	}

	/** Adds the script, with what the page shows. */
	public static function enqueue() {
		if ( ! Comeback_Connection::is_connected() || is_admin() ) {
			return;
		}
		$page = self::page();
		if ( null === $page ) {
			return;
		}
		wp_enqueue_script(
			self::HANDLE,
			plugins_url( 'assets/pixel.js', COMEBACK_FILE ),
			array(),
			COMEBACK_VERSION,
			array(
				'in_footer' => true,
				'strategy'  => 'defer',
			)
		);
		$page['u'] = rest_url( Comeback_Rest::SPACE . '/e' );
		// With the WP Consent API the visitor decides; without it the merchant says whether a consent tool is needed.
		$page['w'] = function_exists( 'wp_has_consent' ) || (bool) apply_filters( 'comeback_wait_for_consent', true ) ? 1 : 0;
		wp_add_inline_script( self::HANDLE, 'window.comebackPage=' . wp_json_encode( $page ) . ';', 'before' );
	}

	/**
	 * What this page is about; null when nothing is told of it.
	 *
	 * @return array|null
	 */
	private static function page() {
		if ( function_exists( 'is_product' ) && is_product() ) {
			return array(
				'k' => 'product',
				'p' => get_queried_object_id(),
			);
		}
		if ( function_exists( 'is_product_category' ) && is_product_category() ) {
			return array(
				'k' => 'category',
				'c' => get_queried_object_id(),
			);
		}
		if ( is_search() ) {
			return array(
				'k' => 'search',
				'q' => get_search_query( false ),
			);
		}
		return null;
	}

	/**
	 * A browser's views come in. Whatever they are, the answer is the same.
	 *
	 * @param WP_REST_Request $request The call.
	 * @return WP_REST_Response
	 */
	public static function take( $request ) {
		if ( Comeback_Connection::is_connected() && ! Comeback_Connection::is_refused() && self::may_call() ) {
			$views = Comeback_Cart_Body::views( (string) $request->get_body(), time(), self::account() );
			if ( array() !== $views ) {
				Comeback_Queue::add_views( $views );
			}
		}
		return new WP_REST_Response( null, 204 );
	}

	/**
	 * The account of the session. A beacon carries no REST nonce, so WordPress has signed it out; the cookie itself is asked.
	 *
	 * @return int|null
	 */
	private static function account() {
		$user = wp_validate_auth_cookie( '', 'logged_in' );
		return $user ? (int) $user : null;
	}

	/**
	 * Counts the calls of an address; the address itself is not kept.
	 *
	 * @return bool
	 */
	private static function may_call() {
		$address = isset( $_SERVER['REMOTE_ADDR'] ) ? sanitize_text_field( wp_unslash( $_SERVER['REMOTE_ADDR'] ) ) : '';
		$name    = 'comeback_rate_' . substr( hash_hmac( 'sha256', $address, wp_salt() ), 0, 24 );
		$calls   = (int) get_transient( $name );
		set_transient( $name, $calls + 1, 10 * MINUTE_IN_SECONDS );
		return $calls < self::MOST_CALLS;
	}
}
