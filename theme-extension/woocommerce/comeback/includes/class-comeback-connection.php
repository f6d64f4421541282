<?php
/**
 * What the service told the plugin when the store was connected.
 *
 * @package Comeback
 */

defined( 'ABSPATH' ) || exit;

/**
 * The connection: service address, store, hook and secret. Kept in one option that is not loaded with every page.
 */
final class Comeback_Connection {

	const OPTION   = 'comeback_connection';
	const SETTINGS = 'comeback_settings';
	const FAILURES = 'comeback_refused';

	/** Refusals in a row after which the merchant is asked to connect again. */
	const MOST_REFUSALS = 3;

	/**
	 * The connection, or an empty array.
	 *
	 * @return array
	 */
	public static function get() {
		$kept = get_option( self::OPTION, array() );
		return is_array( $kept ) && isset( $kept['service'], $kept['hook'], $kept['secret'] ) ? $kept : array();
	}

	/**
	 * Whether anything may be sent at all.
	 *
	 * @return bool
	 */
	public static function is_connected() {
		return array() !== self::get();
	}

	/**
	 * The number of this connection, so that a late "uninstalled" never ends a newer one.
	 *
	 * @return int
	 */
	public static function installation() {
		$kept = self::get();
		return isset( $kept['installation'] ) ? (int) $kept['installation'] : 0;
	}

	/**
	 * Takes what the service sends, if it is whole.
	 *
	 * @param mixed $told The decoded body.
	 * @return true|string True, or the name of the field that is wrong.
	 */
	public static function problem( $told ) {
		if ( ! is_array( $told ) ) {
			return 'body';
		}
		if ( ! isset( $told['service'] ) || ! is_string( $told['service'] ) || 1 !== preg_match( '#\Ahttps://[A-Za-z0-9.-]+(:\d{1,5})?/?\z#', $told['service'] ) ) {
			return 'service';
		}
		if ( ! isset( $told['hook'] ) || ! is_string( $told['hook'] ) || 1 !== preg_match( '/\A[A-Za-z0-9_-]{20,64}\z/', $told['hook'] ) ) {
			return 'hook';
		}
		if ( ! isset( $told['secret'] ) || ! is_string( $told['secret'] ) || 1 !== preg_match( '/\A[0-9a-f]{64}\z/', $told['secret'] ) ) {
			return 'secret';
		}
		if ( ! isset( $told['installation'] ) || ! is_int( $told['installation'] ) ) {
			return 'installation';
		}
		return true;
	}

	/**
	 * Keeps a connection that {@see problem} found whole.
	 *
	 * @param array $told The decoded body.
	 */
	public static function save( array $told ) {
		$kept = array(
			'service'      => rtrim( $told['service'], '/' ),
			'hook'         => $told['hook'],
			'secret'       => $told['secret'],
			'store'        => isset( $told['store'] ) && is_scalar( $told['store'] ) ? (string) $told['store'] : '',
			'installation' => $told['installation'],
			'at'           => time(),
		);
		delete_option( self::OPTION );
		add_option( self::OPTION, $kept, '', false );
		delete_option( self::FAILURES );
	}

	/**
	 * Notes whether the service took our signature. After some refusals in a row nothing more is sent until the store is connected again.
	 *
	 * @param bool $taken False for a 401.
	 */
	public static function note( $taken ) {
		if ( $taken ) {
			if ( false !== get_option( self::FAILURES, false ) ) {
				delete_option( self::FAILURES );
			}
			return;
		}
		update_option( self::FAILURES, (int) get_option( self::FAILURES, 0 ) + 1, false );
	}

	/**
	 * Whether the service refuses us for good.
	 *
	 * @return bool
	 */
	public static function is_refused() {
		return (int) get_option( self::FAILURES, 0 ) >= self::MOST_REFUSALS;
	}

	/**
	 * The address of the service as the merchant set it; used only to start connecting.
	 *
	 * @return string
	 */
	public static function address() {
		$kept     = self::get();
		$settings = get_option( self::SETTINGS, array() );
		if ( isset( $kept['service'] ) ) {
			return $kept['service'];
		}
		return is_array( $settings ) && isset( $settings['service'] ) ? (string) $settings['service'] : '';
	}

	/** Forgets everything. */
	public static function clear() {
		foreach ( array( self::OPTION, self::SETTINGS, self::FAILURES ) as $option ) {
			delete_option( $option );
		}
	}
}
