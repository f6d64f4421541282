<?php
/**
 * Brings a cart back from a message.
 *
 * @package Comeback
 */

defined( 'ABSPATH' ) || exit;

/**
 * The token names lines of a cart and nothing else: no login, name, address or coupon comes back, and prices are today's. Only its hash is kept.
 */
final class Comeback_Restore {

	const PARAMETER = 'comeback_restore';
	const NONCE     = 'comeback-restore';
	const DAYS      = 30;

	/** Hooks. */
	public static function run() {
		add_action( 'template_redirect', array( __CLASS__, 'arrive' ), 5 );
	}

	/**
	 * Keeps what a token brings back.
	 *
	 * @param string $token   In the customer's session and in the message, nowhere else.
	 * @param string $cart_id The cart's name.
	 * @param array  $lines   Its lines.
	 */
	public static function remember( $token, $cart_id, array $lines ) {
		global $wpdb;
		$kept = array();
		foreach ( $lines as $line ) {
			$kept[] = array( (int) $line['product'], (int) $line['variation'], (int) $line['quantity'] );
		}
		$wpdb->replace( // phpcs:ignore WordPress.DB.DirectDatabaseQuery
			Comeback_Queue::carts_table(),
			array(
				'token_hash' => hash( 'sha256', $token ),
				'cart_id'    => $cart_id,
				'cart_lines' => wp_json_encode( $kept ),
				'created_at' => gmdate( 'Y-m-d H:i:s' ),
			),
			array( '%s', '%s', '%s', '%s' )
		);
	}

	/**
	 * The cart became an order, or is to be forgotten.
	 *
	 * @param string $cart_id The cart's name.
	 */
	public static function forget( $cart_id ) {
		global $wpdb;
		$wpdb->delete( Comeback_Queue::carts_table(), array( 'cart_id' => $cart_id ), array( '%s' ) ); // phpcs:ignore WordPress.DB.DirectDatabaseQuery
	}

	/** Removes tokens that are too old. Daily. */
	public static function sweep() {
		global $wpdb;
		$table = Comeback_Queue::carts_table();
		$wpdb->query( $wpdb->prepare( "DELETE FROM $table WHERE created_at < %s", gmdate( 'Y-m-d H:i:s', time() - self::DAYS * DAY_IN_SECONDS ) ) ); // phpcs:ignore WordPress.DB
	}

	/** Somebody came from a message. A filled cart is replaced only when they say so. */
	public static function arrive() {
		// The token is the proof; the question about a filled cart carries a nonce of its own.
		$token = isset( $_REQUEST[ self::PARAMETER ] ) ? sanitize_text_field( wp_unslash( $_REQUEST[ self::PARAMETER ] ) ) : ''; // phpcs:ignore WordPress.Security.NonceVerification.Recommended
		if ( '' === $token || ! function_exists( 'WC' ) || ! WC()->cart ) {
			return;
		}
		nocache_headers();
		header( 'Referrer-Policy: no-referrer' );
		$lines = Comeback_Signature::is_random( $token ) ? self::find( $token ) : null;
		if ( null === $lines ) {
			wc_add_notice( __( 'This link has expired. Your cart is as you left it.', 'comeback' ), 'notice' );
			self::leave();
		}
		$method = isset( $_SERVER['REQUEST_METHOD'] ) ? sanitize_key( $_SERVER['REQUEST_METHOD'] ) : 'get';
		if ( ! WC()->cart->is_empty() ) {
			if ( 'post' !== $method || ! isset( $_POST['_wpnonce'] ) || ! wp_verify_nonce( sanitize_key( wp_unslash( $_POST['_wpnonce'] ) ), self::NONCE ) ) {
				self::ask( $token );
			}
			WC()->cart->empty_cart();
		}
		self::put( $lines );
		self::leave();
	}

	/**
	 * The lines that a token names; null when it is unknown or too old.
	 *
	 * @param string $token The token.
	 * @return array|null
	 */
	private static function find( $token ) {
		global $wpdb;
		$table = Comeback_Queue::carts_table();
		$row   = $wpdb->get_row( $wpdb->prepare( "SELECT cart_lines, created_at FROM $table WHERE token_hash = %s", hash( 'sha256', $token ) ) ); // phpcs:ignore WordPress.DB
		if ( ! $row || strtotime( $row->created_at . ' UTC' ) < time() - self::DAYS * DAY_IN_SECONDS ) {
			return null;
		}
		$lines = json_decode( $row->cart_lines, true );
		return is_array( $lines ) ? $lines : null;
	}

	/**
	 * Puts lines into the cart at today's prices; what can no longer be bought is named.
	 *
	 * @param array $lines Product, variation, quantity.
	 */
	private static function put( array $lines ) {
		$missing = 0;
		foreach ( $lines as $line ) {
			list( $product_id, $variation_id, $quantity ) = $line;
			$product                                      = wc_get_product( $variation_id > 0 ? $variation_id : $product_id );
			if ( ! $product || ! $product->is_purchasable() || ! $product->is_in_stock() ) {
				++$missing;
				continue;
			}
			$most       = $product->get_max_purchase_quantity();
			$quantity   = $most > 0 ? min( $quantity, $most ) : $quantity;
			$attributes = $variation_id > 0 ? wc_get_product_variation_attributes( $variation_id ) : array();
			if ( ! WC()->cart->add_to_cart( $product_id, $quantity, $variation_id, $attributes ) ) {
				++$missing;
			}
		}
		if ( $missing > 0 ) {
			/* translators: %d: number of products. */
			wc_add_notice( sprintf( _n( '%d product of this cart can no longer be bought.', '%d products of this cart can no longer be bought.', $missing, 'comeback' ), $missing ), 'notice' );
		}
	}

	/**
	 * Asks before a filled cart is replaced.
	 *
	 * @param string $token The token.
	 */
	private static function ask( $token ) {
		$form = '<form method="post" action="' . esc_url( home_url( '/' ) ) . '">' . wp_nonce_field( self::NONCE, '_wpnonce', false, false )
			. '<input type="hidden" name="' . esc_attr( self::PARAMETER ) . '" value="' . esc_attr( $token ) . '">'
			. '<p>' . esc_html__( 'There is something in your cart already. Replace it with the cart from this message?', 'comeback' ) . '</p>'
			. '<p><button type="submit">' . esc_html__( 'Replace my cart', 'comeback' ) . '</button> '
			. '<a href="' . esc_url( wc_get_cart_url() ) . '">' . esc_html__( 'Keep my cart', 'comeback' ) . '</a></p></form>';
		wp_die(
			$form, // phpcs:ignore WordPress.Security.EscapeOutput.OutputNotEscaped -- Escaped where it is built.
			esc_html__( 'Your cart', 'comeback' ),
			array( 'response' => 200 )
		);
	}

	/** On to the cart, with the token gone from the address. */
	private static function leave() {
		wp_safe_redirect( wc_get_cart_url() );
		exit;
	}
}
