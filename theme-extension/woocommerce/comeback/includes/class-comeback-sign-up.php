<?php
/**
 * The sign-up form and "notify me when back in stock".
 *
 * @package Comeback
 */

defined( 'ABSPATH' ) || exit;

/**
 * A form on the store's own pages. What is typed is pending until the address confirms it; the answer is the same for everybody.
 */
final class Comeback_Sign_Up {

	const NONCE = 'comeback-sign-up';

	/** A person needs longer than this to fill the form in; programs do not. */
	const SHORTEST_SECONDS = 2;

	/** Hooks. */
	public static function run() {
		add_shortcode( 'comeback_sign_up', array( __CLASS__, 'shortcode' ) );
		add_action( 'init', array( __CLASS__, 'register_block' ) );
		add_action( 'woocommerce_single_product_summary', array( __CLASS__, 'back_in_stock' ), 31 );
		add_action( 'admin_post_comeback_sign_up', array( __CLASS__, 'take' ) );
		add_action( 'admin_post_nopriv_comeback_sign_up', array( __CLASS__, 'take' ) );
	}

	/** Registers the block; it is drawn here, so the editor and the page show the same. */
	public static function register_block() {
		register_block_type(
			COMEBACK_DIR . '/blocks/sign-up',
			array(
				'render_callback' => static function ( $attributes ) {
					return Comeback_Sign_Up::form( 'newsletter', 'block', null, isset( $attributes['heading'] ) ? $attributes['heading'] : '' );
				},
			)
		);
		wp_set_script_translations( 'comeback-sign-up-editor-script', 'comeback', COMEBACK_DIR . '/languages' );
	}

	/**
	 * The shortcode `[comeback_sign_up heading="..."]`.
	 *
	 * @param array|string $attributes Of the shortcode.
	 * @return string
	 */
	public static function shortcode( $attributes ) {
		$attributes = shortcode_atts( array( 'heading' => '' ), $attributes, 'comeback_sign_up' );
		return self::form( 'newsletter', 'shortcode', null, $attributes['heading'] );
	}

	/** Below a product that is sold out. */
	public static function back_in_stock() {
		global $product;
		if ( $product instanceof WC_Product && ! $product->is_in_stock() ) {
			echo self::form( 'backInStock', 'product', $product->get_id(), '' ); // phpcs:ignore WordPress.Security.EscapeOutput.OutputNotEscaped -- Escaped where it is built.
		}
	}

	/**
	 * The words that a person agrees to.
	 *
	 * @param string $kind `newsletter` or `backInStock`.
	 * @return string
	 */
	public static function wording( $kind ) {
		if ( 'backInStock' === $kind ) {
			return __( 'Write to me once by e-mail when this product is back in stock.', 'comeback' );
		}
		$wordings = Comeback_Consent::wordings();
		return $wordings['email'];
	}

	/**
	 * The form.
	 *
	 * @param string   $kind    `newsletter` or `backInStock`.
	 * @param string   $source  Where it stands.
	 * @param int|null $product The product to be told of.
	 * @param string   $heading Above it; may be empty.
	 * @return string HTML, escaped.
	 */
	public static function form( $kind, $source, $product, $heading ) {
		if ( ! Comeback_Connection::is_connected() ) {
			return '';
		}
		$id   = wp_unique_id( 'comeback-sign-up-' );
		$done = isset( $_GET['comeback'] ) && 'thanks' === sanitize_key( wp_unslash( $_GET['comeback'] ) ); // phpcs:ignore WordPress.Security.NonceVerification.Recommended
		$html = '<form class="comeback-sign-up" method="post" action="' . esc_url( admin_url( 'admin-post.php' ) ) . '">';
		if ( '' !== $heading ) {
			$html .= '<h2>' . esc_html( $heading ) . '</h2>';
		}
		if ( $done ) {
			$html .= '<p role="status">' . esc_html__( 'Thank you. Look into your mailbox and confirm your address.', 'comeback' ) . '</p>';
		}
		$html .= wp_nonce_field( self::NONCE, '_wpnonce', true, false );
		$html .= '<input type="hidden" name="action" value="comeback_sign_up">';
		$html .= '<input type="hidden" name="kind" value="' . esc_attr( $kind ) . '"><input type="hidden" name="source" value="' . esc_attr( $source ) . '">';
		$html .= '<input type="hidden" name="product" value="' . esc_attr( (string) $product ) . '"><input type="hidden" name="shown" value="' . esc_attr( (string) time() ) . '">';
		// Seen by programs only; who fills it in is one.
		$html .= '<div style="position:absolute;inset-inline-start:-9999px" aria-hidden="true"><label>' . esc_html__( 'Leave this empty', 'comeback' ) . '<input type="text" name="website" tabindex="-1" autocomplete="off"></label></div>';
		$html .= '<p><label for="' . esc_attr( $id ) . '">' . esc_html__( 'E-mail address', 'comeback' ) . '</label> ';
		$html .= '<input type="email" id="' . esc_attr( $id ) . '" name="email" autocomplete="email" dir="ltr" required maxlength="254"></p>';
		$html .= '<p><label><input type="checkbox" name="agree" value="1" required> ' . esc_html( self::wording( $kind ) ) . '</label></p>';
		$html .= '<p><button type="submit" class="wp-element-button button">' . esc_html( 'backInStock' === $kind ? __( 'Notify me', 'comeback' ) : __( 'Sign up', 'comeback' ) ) . '</button></p></form>';
		return $html;
	}

	/** The form was sent. Known or unknown, taken or not: the visitor sees the same. */
	public static function take() {
		check_admin_referer( self::NONCE );
		$back  = wp_get_referer() ? wp_get_referer() : home_url( '/' );
		$kind  = isset( $_POST['kind'] ) && 'backInStock' === $_POST['kind'] ? 'backInStock' : 'newsletter';
		$email = Comeback_Cart_Body::email( isset( $_POST['email'] ) ? sanitize_text_field( wp_unslash( $_POST['email'] ) ) : '' );
		$shown = isset( $_POST['shown'] ) ? absint( $_POST['shown'] ) : 0;
		if ( null !== $email && ! empty( $_POST['agree'] ) && self::is_person( isset( $_POST['website'] ) ? sanitize_text_field( wp_unslash( $_POST['website'] ) ) : '', $shown, time() ) ) {
			$source  = isset( $_POST['source'] ) ? sanitize_key( $_POST['source'] ) : '';
			$product = isset( $_POST['product'] ) ? absint( $_POST['product'] ) : 0;
			Comeback_Queue::add(
				'sign-up',
				array(
					'kind'     => $kind,
					'email'    => $email,
					'phone'    => null,
					'channels' => array( 'email' ),
					'wording'  => self::wording( $kind ),
					'source'   => in_array( $source, array( 'block', 'shortcode', 'product' ), true ) ? $source : 'shortcode',
					'product'  => 'backInStock' === $kind && $product > 0 ? (string) $product : null,
					'language' => str_replace( '_', '-', get_locale() ),
					'ip'       => isset( $_SERVER['REMOTE_ADDR'] ) ? sanitize_text_field( wp_unslash( $_SERVER['REMOTE_ADDR'] ) ) : null,
				)
			);
		}
		wp_safe_redirect( add_query_arg( 'comeback', 'thanks', $back ) );
		exit;
	}

	/**
	 * Whether a person filled the form in.
	 *
	 * @param string $trap  The field that nobody sees.
	 * @param int    $shown When the form was shown, Unix seconds.
	 * @param int    $now   Unix seconds.
	 * @return bool
	 */
	public static function is_person( $trap, $shown, $now ) {
		return '' === $trap && $shown > 0 && $now - $shown >= self::SHORTEST_SECONDS && $now - $shown < DAY_IN_SECONDS;
	}
}
