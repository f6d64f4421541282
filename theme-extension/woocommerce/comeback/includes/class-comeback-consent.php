<?php
/**
 * Boxes at the checkout and in the account: unticked, one a channel, with the words beside them kept as proof.
 *
 * @package Comeback
 */

defined( 'ABSPATH' ) || exit;

/**
 * Asks, keeps what was answered, and tells the service. A "no" is always told.
 */
final class Comeback_Consent {

	const NONCE = 'comeback-consent';

	/** Hooks. */
	public static function run() {
		add_action( 'woocommerce_init', array( __CLASS__, 'register_fields' ) );
		add_action( 'woocommerce_set_additional_field_value', array( __CLASS__, 'set_field' ), 10, 4 );
		add_action( 'woocommerce_review_order_before_submit', array( __CLASS__, 'classic_boxes' ), 5 );
		add_action( 'woocommerce_checkout_create_order', array( __CLASS__, 'keep_on_order' ) );
		add_action( 'woocommerce_edit_account_form', array( __CLASS__, 'account_boxes' ) );
		add_action( 'woocommerce_save_account_details', array( __CLASS__, 'save_account' ) );
	}

	/**
	 * The channels that may be asked about, with the words of each. The words are the proof: they change only with a version of the plugin.
	 *
	 * @return array Channel to wording.
	 */
	public static function wordings() {
		$store = get_bloginfo( 'name' );
		return array(
			/* translators: %s: name of the store. */
			'email'    => sprintf( __( 'Yes, %s may write to me by e-mail about offers and news. I can stop it at any time.', 'comeback' ), $store ),
			/* translators: %s: name of the store. */
			'sms'      => sprintf( __( 'Yes, %s may write to me by text message about offers and news. I can stop it at any time.', 'comeback' ), $store ),
			/* translators: %s: name of the store. */
			'whatsApp' => sprintf( __( 'Yes, %s may write to me on WhatsApp about offers and news. I can stop it at any time.', 'comeback' ), $store ),
		);
	}

	/**
	 * The name of a channel's field in the block checkout.
	 *
	 * @param string $channel Channel.
	 * @return string
	 */
	public static function field( $channel ) {
		return 'comeback/' . strtolower( $channel ) . '-consent';
	}

	/** Boxes of the block checkout. */
	public static function register_fields() {
		if ( ! function_exists( 'woocommerce_register_additional_checkout_field' ) || ! Comeback_Connection::is_connected() ) {
			return;
		}
		foreach ( self::wordings() as $channel => $wording ) {
			woocommerce_register_additional_checkout_field(
				array(
					'id'       => self::field( $channel ),
					'label'    => $wording,
					'location' => 'contact',
					'type'     => 'checkbox',
					'required' => false,
				)
			);
		}
	}

	/**
	 * A box of the block checkout was answered.
	 *
	 * @param string $key    Of the field.
	 * @param mixed  $value  Of the field.
	 * @param string $group  Unused.
	 * @param object $object Order or customer.
	 */
	public static function set_field( $key, $value, $group, $object ) {
		foreach ( self::wordings() as $channel => $wording ) {
			if ( self::field( $channel ) === $key && $object instanceof WC_Order ) {
				self::keep( $object, $channel, (bool) $value, $wording );
			}
		}
	}

	/** Boxes of the classic checkout. */
	public static function classic_boxes() {
		if ( ! Comeback_Connection::is_connected() ) {
			return;
		}
		echo '<div class="comeback-consent">';
		foreach ( self::wordings() as $channel => $wording ) {
			woocommerce_form_field(
				'comeback_consent_' . strtolower( $channel ),
				array(
					'type'     => 'checkbox',
					'label'    => esc_html( $wording ),
					'required' => false,
					'class'    => array( 'form-row-wide' ),
				),
				0
			);
		}
		echo '</div>';
	}

	/**
	 * The classic checkout makes the order: what was ticked is kept with it. WooCommerce has checked its own nonce by now.
	 *
	 * @param WC_Order $order The order.
	 */
	public static function keep_on_order( $order ) {
		foreach ( self::wordings() as $channel => $wording ) {
			// phpcs:ignore WordPress.Security.NonceVerification.Missing
			if ( isset( $_POST[ 'comeback_consent_' . strtolower( $channel ) ] ) ) {
				self::keep( $order, $channel, true, $wording );
			}
		}
	}

	/**
	 * Keeps one answer on the order, with its words and its time.
	 *
	 * @param WC_Order $order   The order.
	 * @param string   $channel Channel.
	 * @param bool     $given   Ticked.
	 * @param string   $wording The words beside the box.
	 */
	private static function keep( $order, $channel, $given, $wording ) {
		$order->update_meta_data(
			'_comeback_consent_' . strtolower( $channel ),
			array(
				'channel' => $channel,
				'given'   => $given,
				'at'      => time(),
				'wording' => $wording,
				'source'  => 'checkout',
			)
		);
	}

	/**
	 * What was ticked for an order.
	 *
	 * @param WC_Order $order The order.
	 * @return array
	 */
	public static function of_order( $order ) {
		$kept = array();
		foreach ( Comeback_Cart_Body::CHANNELS as $channel ) {
			$one = $order->get_meta( '_comeback_consent_' . strtolower( $channel ) );
			// An unticked box is no answer: it takes nothing back that was given before.
			if ( is_array( $one ) && ! empty( $one['given'] ) ) {
				$kept[] = $one;
			}
		}
		return $kept;
	}

	/** Boxes and the way out, in the account. */
	public static function account_boxes() {
		if ( ! Comeback_Connection::is_connected() ) {
			return;
		}
		$answers = self::of_account( get_current_user_id() );
		wp_nonce_field( self::NONCE, 'comeback_consent_nonce' );
		echo '<fieldset class="comeback-consent"><legend>' . esc_html__( 'Messages from us', 'comeback' ) . '</legend>';
		foreach ( self::wordings() as $channel => $wording ) {
			woocommerce_form_field(
				'comeback_consent_' . strtolower( $channel ),
				array(
					'type'     => 'checkbox',
					'label'    => esc_html( $wording ),
					'required' => false,
					'class'    => array( 'form-row-wide' ),
				),
				empty( $answers[ $channel ] ) ? 0 : 1
			);
		}
		echo '<p><button type="submit" class="button" name="comeback_stop" value="1">' . esc_html__( 'Stop all messages', 'comeback' ) . '</button></p></fieldset>';
	}

	/**
	 * The account was saved: what changed is told.
	 *
	 * @param int $user_id Account.
	 */
	public static function save_account( $user_id ) {
		if ( ! Comeback_Connection::is_connected() || ! isset( $_POST['comeback_consent_nonce'] )
			|| ! wp_verify_nonce( sanitize_key( wp_unslash( $_POST['comeback_consent_nonce'] ) ), self::NONCE ) || get_current_user_id() !== (int) $user_id ) {
			return;
		}
		$user    = get_userdata( $user_id );
		$before  = self::of_account( $user_id );
		$stop    = isset( $_POST['comeback_stop'] );
		$changes = array();
		$now     = array();
		foreach ( self::wordings() as $channel => $wording ) {
			$given           = ! $stop && isset( $_POST[ 'comeback_consent_' . strtolower( $channel ) ] );
			$now[ $channel ] = $given;
			// "Stop all" is told for every channel, also for those that were never asked about here.
			if ( $stop || ! empty( $before[ $channel ] ) !== $given ) {
				$changes[] = array(
					'account' => (string) $user_id,
					'order'   => null,
					'email'   => $user ? Comeback_Cart_Body::email( $user->user_email ) : null,
					'phone'   => Comeback_Cart_Body::phone( get_user_meta( $user_id, 'billing_phone', true ) ),
				) + Comeback_Cart_Body::consent(
					array(
						'channel' => $channel,
						'given'   => $given,
						'at'      => time(),
						'wording' => $given ? $wording : __( 'Stop all messages', 'comeback' ),
						'source'  => 'account',
					)
				);
			}
		}
		update_user_meta( $user_id, '_comeback_consents', $now );
		if ( array() !== $changes ) {
			Comeback_Queue::add( 'consents', array( 'consents' => $changes ) );
		}
	}

	/**
	 * What an account last answered here.
	 *
	 * @param int $user_id Account.
	 * @return array Channel to bool.
	 */
	private static function of_account( $user_id ) {
		$kept = get_user_meta( $user_id, '_comeback_consents', true );
		return is_array( $kept ) ? $kept : array();
	}
}
