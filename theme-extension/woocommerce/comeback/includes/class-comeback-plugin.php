<?php
/**
 * Puts the parts together.
 *
 * @package Comeback
 */

defined( 'ABSPATH' ) || exit;

/**
 * Hooks every part in. Each part sends nothing before the store is connected.
 */
final class Comeback_Plugin {

	const SWEEP = 'comeback_sweep';

	/** Hooks. */
	public static function run() {
		add_action( 'before_woocommerce_init', array( __CLASS__, 'declare_features' ) );
		add_action( 'rest_api_init', array( 'Comeback_Rest', 'register' ) );
		add_action( Comeback_Queue::ACTION, array( 'Comeback_Queue', 'deliver' ) );
		add_action( Comeback_Queue::FLUSH, array( 'Comeback_Queue', 'flush' ) );
		add_action( self::SWEEP, array( 'Comeback_Restore', 'sweep' ) );
		add_action( 'init', array( __CLASS__, 'translate' ), 1 );
		add_action( 'init', array( __CLASS__, 'schedule' ), 20 );
		Comeback_Page::run();
		Comeback_Consent::run();
		Comeback_Carts::run();
		Comeback_Restore::run();
		Comeback_Pixel::run();
		Comeback_Sign_Up::run();
		Comeback_Privacy::run();
	}

	/** Texts in the store's language. */
	public static function translate() {
		load_plugin_textdomain( 'comeback', false, dirname( plugin_basename( COMEBACK_FILE ) ) . '/languages' );
	}

	/** Orders in tables of their own and the checkout's blocks are both fine with us. */
	public static function declare_features() {
		if ( class_exists( '\Automattic\WooCommerce\Utilities\FeaturesUtil' ) ) {
			\Automattic\WooCommerce\Utilities\FeaturesUtil::declare_compatibility( 'custom_order_tables', COMEBACK_FILE, true );
			\Automattic\WooCommerce\Utilities\FeaturesUtil::declare_compatibility( 'cart_checkout_blocks', COMEBACK_FILE, true );
		}
	}

	/** Old cart tokens are swept daily. */
	public static function schedule() {
		if ( Comeback_Connection::is_connected() && function_exists( 'as_has_scheduled_action' ) && ! as_has_scheduled_action( self::SWEEP, array(), Comeback_Queue::GROUP ) ) {
			as_schedule_recurring_action( time() + HOUR_IN_SECONDS, DAY_IN_SECONDS, self::SWEEP, array(), Comeback_Queue::GROUP );
		}
	}

	/** Makes the tables. */
	public static function activate() {
		Comeback_Queue::create();
	}

	/** Stops what is scheduled; the connection stays, so that switching on again goes on. */
	public static function deactivate() {
		if ( function_exists( 'as_unschedule_all_actions' ) ) {
			as_unschedule_all_actions( '', array(), Comeback_Queue::GROUP );
		}
	}
}
