<?php
/**
 * WordPress's own tools for personal data reach the service too.
 *
 * @package Comeback
 */

defined( 'ABSPATH' ) || exit;

/**
 * Exporter, eraser and the text for the privacy policy. A failure of the service is reported, never passed over.
 */
final class Comeback_Privacy {

	/** Hooks. */
	public static function run() {
		add_filter( 'wp_privacy_personal_data_exporters', array( __CLASS__, 'exporters' ) );
		add_filter( 'wp_privacy_personal_data_erasers', array( __CLASS__, 'erasers' ) );
		add_action( 'admin_init', array( __CLASS__, 'policy' ) );
	}

	/**
	 * Adds our exporter.
	 *
	 * @param array $exporters Known ones.
	 * @return array
	 */
	public static function exporters( $exporters ) {
		$exporters['comeback'] = array(
			'exporter_friendly_name' => __( 'Comeback', 'comeback' ),
			'callback'               => array( __CLASS__, 'export' ),
		);
		return $exporters;
	}

	/**
	 * Adds our eraser.
	 *
	 * @param array $erasers Known ones.
	 * @return array
	 */
	public static function erasers( $erasers ) {
		$erasers['comeback'] = array(
			'eraser_friendly_name' => __( 'Comeback', 'comeback' ),
			'callback'             => array( __CLASS__, 'erase' ),
		);
		return $erasers;
	}

	/**
	 * What the service knows of a person.
	 *
	 * @param string $email Of the person.
	 * @return array
	 * @throws Exception When the service cannot be asked: WordPress shows it to who exports.
	 */
	public static function export( $email ) {
		if ( ! Comeback_Connection::is_connected() ) {
			return array(
				'data' => array(),
				'done' => true,
			);
		}
		$answer = Comeback_Service::post( 'data-request', array( 'email' => $email ), 30 );
		if ( null === $answer || ! isset( $answer['data'] ) || ! is_array( $answer['data'] ) ) {
			throw new Exception( esc_html__( 'Comeback could not be reached, so its part of the data is missing. Try again.', 'comeback' ) );
		}
		$data = array();
		foreach ( $answer['data'] as $index => $group ) {
			$items = array();
			foreach ( isset( $group['items'] ) && is_array( $group['items'] ) ? $group['items'] : array() as $item ) {
				if ( isset( $item['name'], $item['value'] ) && is_scalar( $item['name'] ) && is_scalar( $item['value'] ) ) {
					$items[] = array(
						'name'  => (string) $item['name'],
						'value' => esc_html( (string) $item['value'] ),
					);
				}
			}
			$data[] = array(
				'group_id'    => 'comeback',
				'group_label' => __( 'Comeback', 'comeback' ),
				'item_id'     => 'comeback-' . ( isset( $group['group'] ) ? sanitize_key( $group['group'] ) : 'data' ) . '-' . $index,
				'data'        => $items,
			);
		}
		return array(
			'data' => $data,
			'done' => true,
		);
	}

	/**
	 * Has a person erased.
	 *
	 * @param string $email Of the person.
	 * @return array
	 */
	public static function erase( $email ) {
		$result = array(
			'items_removed'  => false,
			'items_retained' => false,
			'messages'       => array(),
			'done'           => true,
		);
		if ( ! Comeback_Connection::is_connected() ) {
			return $result;
		}
		$answer = Comeback_Service::post( 'erase', array( 'email' => $email ), 30 );
		if ( null === $answer || ! isset( $answer['erased'] ) ) {
			$result['items_retained'] = true;
			$result['messages'][]     = __( 'Comeback could not be reached, so what it holds of this person was not erased. Try again.', 'comeback' );
			return $result;
		}
		$result['items_removed'] = (bool) $answer['erased'];
		return $result;
	}

	/** Suggests a text for the store's privacy policy. */
	public static function policy() {
		if ( ! function_exists( 'wp_add_privacy_policy_content' ) ) {
			return;
		}
		wp_add_privacy_policy_content(
			__( 'Comeback for WooCommerce', 'comeback' ),
			'<p>' . esc_html__( 'We use Comeback to send you messages about our products when you have agreed to them. Comeback receives your orders, what is in your cart once you have typed your e-mail address or phone number at the checkout, and, if you agree to statistics, which products you look at. A cart without your consent is used only to bring it back to you and to stop messages about it. You can stop messages by the link in each of them or in your account.', 'comeback' ) . '</p>'
		);
	}
}
