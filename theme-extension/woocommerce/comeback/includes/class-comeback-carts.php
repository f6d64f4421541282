<?php
/**
 * Sees carts on the server, in the block checkout and the classic one, guests included once they have typed who they are.
 *
 * @package Comeback
 */

defined( 'ABSPATH' ) || exit;

/**
 * A cart is told of once a request, at its end, and only when it has changed. Without a ticked box it is known only to bring it back and to stop
 * messages: the service writes to nobody on its account.
 */
final class Comeback_Carts {

	const SESSION = 'comeback_cart';

	/**
	 * Whether this request touched the cart.
	 *
	 * @var bool
	 */
	private static $touched = false;

	/**
	 * What the checkout's form said of the person in this request.
	 *
	 * @var array
	 */
	private static $typed = array();

	/** Hooks. */
	public static function run() {
		foreach ( array( 'woocommerce_add_to_cart', 'woocommerce_cart_item_removed', 'woocommerce_cart_item_restored', 'woocommerce_after_cart_item_quantity_update', 'woocommerce_cart_emptied', 'woocommerce_applied_coupon', 'woocommerce_removed_coupon' ) as $hook ) {
			add_action( $hook, array( __CLASS__, 'touch' ) );
		}
		// Block checkout: the customer's fields as they are typed.
		add_action( 'woocommerce_store_api_cart_update_customer_from_request', array( __CLASS__, 'block_typed' ), 10, 2 );
		// Classic checkout: its form as it is typed.
		add_action( 'woocommerce_checkout_update_order_review', array( __CLASS__, 'classic_typed' ) );
		add_action( 'woocommerce_checkout_order_processed', array( __CLASS__, 'ordered' ) );
		add_action( 'woocommerce_store_api_checkout_order_processed', array( __CLASS__, 'ordered' ) );
		add_action( 'shutdown', array( __CLASS__, 'tell' ), 5 );
	}

	/** The cart changed. */
	public static function touch() {
		self::$touched = true;
	}

	/**
	 * The block checkout says who the customer is.
	 *
	 * @param WC_Customer $customer Already updated.
	 */
	public static function block_typed( $customer ) {
		self::$touched = true;
		self::$typed   = array(
			'email'     => $customer->get_billing_email(),
			'phone'     => $customer->get_billing_phone(),
			'firstName' => $customer->get_billing_first_name(),
			'lastName'  => $customer->get_billing_last_name(),
			'country'   => $customer->get_billing_country(),
		);
	}

	/**
	 * The classic checkout's form. WooCommerce has checked its nonce.
	 *
	 * @param string $form Url-encoded.
	 */
	public static function classic_typed( $form ) {
		$fields = array();
		wp_parse_str( (string) $form, $fields );
		self::$touched = true;
		self::$typed   = array();
		foreach ( array(
			'email'     => 'billing_email',
			'phone'     => 'billing_phone',
			'firstName' => 'billing_first_name',
			'lastName'  => 'billing_last_name',
			'country'   => 'billing_country',
		) as $name => $field ) {
			if ( isset( $fields[ $field ] ) && is_string( $fields[ $field ] ) ) {
				self::$typed[ $name ] = sanitize_text_field( $fields[ $field ] );
			}
		}
		foreach ( Comeback_Consent::wordings() as $channel => $wording ) {
			if ( ! empty( $fields[ 'comeback_consent_' . strtolower( $channel ) ] ) ) {
				self::$typed['consents'][] = array(
					'channel' => $channel,
					'given'   => true,
					'at'      => time(),
					'wording' => $wording,
					'source'  => 'checkout',
				);
			}
		}
	}

	/**
	 * An order came of the cart: it is closed, its token void, and the next cart is another.
	 *
	 * @param int|WC_Order $order The order or its number.
	 */
	public static function ordered( $order ) {
		$order = $order instanceof WC_Order ? $order : wc_get_order( $order );
		if ( ! $order || ! Comeback_Connection::is_connected() || ! WC()->session ) {
			return;
		}
		self::$touched = false;
		$kept          = self::kept();
		$person        = array(
			'email'     => $order->get_billing_email(),
			'phone'     => $order->get_billing_phone(),
			'firstName' => $order->get_billing_first_name(),
			'lastName'  => $order->get_billing_last_name(),
			'country'   => $order->get_billing_country(),
			'account'   => $order->get_customer_id(),
			'language'  => get_locale(),
		);
		$body          = Comeback_Cart_Body::cart(
			array(
				'id'       => $kept['id'],
				'state'    => 'ordered',
				'order'    => $order->get_id(),
				'created'  => $kept['created'],
				'updated'  => time(),
				'person'   => $person,
				'consents' => Comeback_Consent::of_order( $order ),
				'currency' => $order->get_currency(),
				'total'    => $order->get_total(),
			)
		);
		if ( null !== $body ) {
			Comeback_Queue::add( 'carts', array( 'carts' => array( $body ) ), 'cart:' . $kept['id'] );
		}
		$consents = array();
		foreach ( Comeback_Consent::of_order( $order ) as $consent ) {
			$told = Comeback_Cart_Body::consent( $consent );
			if ( null !== $told ) {
				$consents[] = array(
					'account' => $order->get_customer_id() > 0 ? (string) $order->get_customer_id() : null,
					'order'   => (string) $order->get_id(),
					'email'   => Comeback_Cart_Body::email( $order->get_billing_email() ),
					'phone'   => Comeback_Cart_Body::phone( $order->get_billing_phone() ),
				) + $told;
			}
		}
		if ( array() !== $consents ) {
			Comeback_Queue::add( 'consents', array( 'consents' => $consents ), 'consents:' . $order->get_id() );
		}
		Comeback_Restore::forget( $kept['id'] );
		WC()->session->set( self::SESSION, null );
	}

	/** At the end of a request that touched the cart: tells of it, if who it belongs to is known. */
	public static function tell() {
		if ( ! self::$touched || ! Comeback_Connection::is_connected() || Comeback_Connection::is_refused() || ! function_exists( 'WC' ) || ! WC()->session || ! WC()->cart ) {
			return;
		}
		self::$touched = false;
		$kept          = self::kept();
		if ( array() !== self::$typed ) {
			$kept['typed'] = self::$typed + ( isset( $kept['typed'] ) ? $kept['typed'] : array() );
		}
		$lines = self::lines();
		$cart  = array(
			'id'       => $kept['id'],
			'state'    => array() === $lines ? 'emptied' : 'open',
			'created'  => $kept['created'],
			'updated'  => time(),
			'person'   => self::person( isset( $kept['typed'] ) ? $kept['typed'] : array() ),
			'consents' => isset( $kept['typed']['consents'] ) ? $kept['typed']['consents'] : array(),
			'currency' => get_woocommerce_currency(),
			'total'    => WC()->cart->get_total( 'edit' ),
			'restore'  => $kept['restore'],
			'lines'    => $lines,
		);
		$body  = Comeback_Cart_Body::cart( $cart );
		$print = null === $body ? '' : md5( wp_json_encode( array_diff_key( $body, array( 'updatedAt' => 1 ) ) ) );
		if ( null !== $body && ( ! isset( $kept['print'] ) || $kept['print'] !== $print ) ) {
			$kept['print'] = $print;
			Comeback_Restore::remember( $kept['restore'], $kept['id'], $lines );
			Comeback_Queue::add( 'carts', array( 'carts' => array( $body ) ), 'cart:' . $kept['id'] );
		}
		WC()->session->set( self::SESSION, $kept );
	}

	/**
	 * The cart's name and token, kept in the customer's own session.
	 *
	 * @return array
	 */
	private static function kept() {
		$kept = WC()->session->get( self::SESSION );
		if ( is_array( $kept ) && isset( $kept['id'], $kept['restore'], $kept['created'] ) ) {
			return $kept;
		}
		return array(
			'id'      => Comeback_Signature::random(),
			'restore' => Comeback_Signature::random(),
			'created' => time(),
		);
	}

	/**
	 * Whose cart it is: the account's own data, else what was typed in this session.
	 *
	 * @param array $typed Fields of the checkout.
	 * @return array
	 */
	private static function person( array $typed ) {
		$person = array( 'language' => get_user_locale() );
		$user   = get_current_user_id();
		if ( $user > 0 ) {
			$person['account'] = $user;
			$data              = get_userdata( $user );
			$typed            += array(
				'email'     => $data->user_email,
				'firstName' => $data->first_name,
				'lastName'  => $data->last_name,
				'phone'     => get_user_meta( $user, 'billing_phone', true ),
				'country'   => get_user_meta( $user, 'billing_country', true ),
			);
		}
		unset( $typed['consents'] );
		return $person + $typed;
	}

	/**
	 * The cart's lines.
	 *
	 * @return array
	 */
	private static function lines() {
		$lines = array();
		foreach ( WC()->cart->get_cart() as $item ) {
			$product = isset( $item['data'] ) ? $item['data'] : null;
			if ( ! $product instanceof WC_Product ) {
				continue;
			}
			$image   = wp_get_attachment_image_url( $product->get_image_id(), 'woocommerce_thumbnail' );
			$lines[] = array(
				'product'   => $item['product_id'],
				'variation' => $item['variation_id'],
				'quantity'  => $item['quantity'],
				'title'     => $product->get_name(),
				'price'     => wc_get_price_to_display( $product ),
				'image'     => $image ? $image : null,
			);
		}
		return $lines;
	}

	/**
	 * Whether WooCommerce itself writes about abandoned carts (11.0 and newer).
	 *
	 * @return bool
	 */
	public static function core_mail_is_on() {
		if ( ! function_exists( 'WC' ) || ! is_callable( array( WC(), 'mailer' ) ) ) {
			return false;
		}
		foreach ( WC()->mailer()->get_emails() as $email ) {
			if ( isset( $email->id ) && false !== strpos( $email->id, 'abandoned' ) && $email->is_enabled() ) {
				return true;
			}
		}
		return false;
	}
}
