<?php
/**
 * What the service asks of the plugin.
 *
 * @package Comeback
 */

defined( 'ABSPATH' ) || exit;

/**
 * The namespace is `wc-comeback/v1` because WooCommerce's keys are honoured only under `wc/` and `wc-`.
 */
final class Comeback_Rest {

	const SPACE = 'wc-comeback/v1';

	/** Registers the routes. */
	public static function register() {
		$own = array( __CLASS__, 'may_manage' );
		register_rest_route(
			self::SPACE,
			'/connect',
			array(
				array(
					'methods'             => 'POST',
					'callback'            => array( __CLASS__, 'connect' ),
					'permission_callback' => $own,
				),
				array(
					'methods'             => 'DELETE',
					'callback'            => array( __CLASS__, 'disconnect' ),
					'permission_callback' => $own,
				),
			)
		);
		register_rest_route(
			self::SPACE,
			'/status',
			array(
				'methods'             => 'GET',
				'callback'            => array( __CLASS__, 'status' ),
				'permission_callback' => $own,
			)
		);
		// A visitor's browser: proves nothing, so anybody may call it and nothing of it names a person.
		register_rest_route(
			self::SPACE,
			'/e',
			array(
				'methods'             => 'POST',
				'callback'            => array( 'Comeback_Pixel', 'take' ),
				'permission_callback' => '__return_true',
			)
		);
	}

	/**
	 * Whether the caller may manage the store.
	 *
	 * @return bool
	 */
	public static function may_manage() {
		return current_user_can( 'manage_woocommerce' );
	}

	/**
	 * The service tells where it is and what we sign with.
	 *
	 * @param WP_REST_Request $request The call.
	 * @return WP_REST_Response|WP_Error
	 */
	public static function connect( $request ) {
		$told    = $request->get_json_params();
		$problem = Comeback_Connection::problem( $told );
		if ( true !== $problem ) {
			/* translators: %s: name of a field. */
			return new WP_Error( 'comeback_bad_field', sprintf( __( 'The field %s is missing or not of the right form.', 'comeback' ), $problem ), array( 'status' => 400 ) );
		}
		Comeback_Queue::create();
		Comeback_Connection::save( $told );
		return rest_ensure_response( self::about() );
	}

	/**
	 * How the plugin stands; never the secret.
	 *
	 * @return WP_REST_Response
	 */
	public static function status() {
		return rest_ensure_response( self::about() + array( 'installation' => Comeback_Connection::installation() ) );
	}

	/**
	 * The service was disconnected.
	 *
	 * @return WP_REST_Response
	 */
	public static function disconnect() {
		Comeback_Connection::clear();
		Comeback_Queue::clear();
		return rest_ensure_response( new stdClass() );
	}

	/**
	 * What the service wants to know of this store.
	 *
	 * @return array
	 */
	private static function about() {
		return array(
			'plugin'       => COMEBACK_VERSION,
			'woocommerce'  => defined( 'WC_VERSION' ) ? WC_VERSION : null,
			'coreCartMail' => Comeback_Carts::core_mail_is_on(),
			'adminUrl'     => admin_url(),
		);
	}
}
