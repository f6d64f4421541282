<?php
/**
 * Plugin Name:       Comeback for WooCommerce
 * Description:       Tells your Comeback service about carts, views and sign-ups, and shows Comeback inside your dashboard. Sends nothing before you connect.
 * Version:           1.0.0
 * Requires at least: 6.5
 * Requires PHP:      7.4
 * Requires Plugins:  woocommerce
 * WC requires at least: 8.9
 * WC tested up to:   11.0
 * Author:            The Comeback authors
 * License:           GPL-2.0-or-later
 * License URI:       https://www.gnu.org/licenses/gpl-2.0.html
 * Text Domain:       comeback
 * Domain Path:       /languages
 *
 * @package Comeback
 */

defined( 'ABSPATH' ) || exit;

define( 'COMEBACK_VERSION', '1.0.0' );
define( 'COMEBACK_FILE', __FILE__ );
define( 'COMEBACK_DIR', __DIR__ );

foreach ( array( 'signature', 'cart-body', 'connection', 'queue', 'service', 'rest', 'page', 'consent', 'carts', 'restore', 'pixel', 'sign-up', 'privacy', 'plugin' ) as $comeback_part ) {
	require_once __DIR__ . '/includes/class-comeback-' . $comeback_part . '.php';
}
unset( $comeback_part );

register_activation_hook( __FILE__, array( 'Comeback_Plugin', 'activate' ) );
register_deactivation_hook( __FILE__, array( 'Comeback_Plugin', 'deactivate' ) );
Comeback_Plugin::run();
