<?php
/**
 * The words in which a cart, a consent and a view are told to the service. Pure: no WordPress, no clock.
 *
 * @package Comeback
 */

defined( 'ABSPATH' ) || exit;

/**
 * Turns plain values into the service's bodies, within its limits.
 */
final class Comeback_Cart_Body {

	const MOST_LINES = 200;
	const MOST_VIEWS = 20;

	/** Bytes that a browser may send at once. */
	const MOST_BYTES = 4096;

	const STATES   = array( 'open', 'emptied', 'ordered', 'recovered' );
	const CHANNELS = array( 'email', 'sms', 'whatsApp' );
	const KINDS    = array( 'product', 'category', 'search' );

	/**
	 * A cart. Who has neither an address nor a number nor an account is not told of at all.
	 *
	 * @param array $cart `id`, `state`, `created`, `updated` (Unix seconds), `person`, `consents`, `currency`, `total`, `restore`, `order`, `lines`.
	 * @return array|null
	 */
	public static function cart( array $cart ) {
		$person = isset( $cart['person'] ) ? $cart['person'] : array();
		$email  = self::email( isset( $person['email'] ) ? $person['email'] : '' );
		$phone  = self::phone( isset( $person['phone'] ) ? $person['phone'] : '' );
		$user   = isset( $person['account'] ) && (int) $person['account'] > 0 ? (string) (int) $person['account'] : null;
		if ( null === $email && null === $phone && null === $user ) {
			return null;
		}
		$body = array(
			'id'        => (string) $cart['id'],
			'updatedAt' => self::instant( $cart['updated'] ),
			'createdAt' => self::instant( $cart['created'] ),
			'state'     => in_array( $cart['state'], self::STATES, true ) ? $cart['state'] : 'open',
			'email'     => $email,
			'phone'     => $phone,
			'firstName' => self::text( isset( $person['firstName'] ) ? $person['firstName'] : '', 100 ),
			'lastName'  => self::text( isset( $person['lastName'] ) ? $person['lastName'] : '', 100 ),
			'country'   => isset( $person['country'] ) && 1 === preg_match( '/\A[A-Z]{2}\z/', $person['country'] ) ? $person['country'] : null,
			'account'   => $user,
			'language'  => isset( $person['language'] ) ? str_replace( '_', '-', (string) $person['language'] ) : null,
			'consents'  => array_values( array_filter( array_map( array( __CLASS__, 'consent' ), isset( $cart['consents'] ) ? $cart['consents'] : array() ) ) ),
			'currency'  => (string) $cart['currency'],
			'total'     => self::amount( $cart['total'] ),
			'lines'     => array(),
		);
		if ( 'ordered' === $body['state'] ) {
			$body['order'] = isset( $cart['order'] ) ? (string) $cart['order'] : null;
		} elseif ( isset( $cart['restore'] ) && Comeback_Signature::is_random( $cart['restore'] ) ) {
			$body['restore'] = $cart['restore'];
		}
		foreach ( array_slice( isset( $cart['lines'] ) ? $cart['lines'] : array(), 0, self::MOST_LINES ) as $line ) {
			if ( (int) $line['product'] <= 0 || (int) $line['quantity'] <= 0 ) {
				continue;
			}
			$body['lines'][] = array(
				'product'   => (string) (int) $line['product'],
				'variation' => (int) $line['variation'] > 0 ? (string) (int) $line['variation'] : null,
				'quantity'  => (int) $line['quantity'],
				'title'     => self::text( $line['title'], 300 ),
				'price'     => self::amount( $line['price'] ),
				'image'     => isset( $line['image'] ) && 0 === strpos( (string) $line['image'], 'https://' ) ? (string) $line['image'] : null,
			);
		}
		return $body;
	}

	/**
	 * A consent with its proof; null when a part of the proof is missing.
	 *
	 * @param array $consent `channel`, `given`, `at` (Unix seconds), `wording`, `source`.
	 * @return array|null
	 */
	public static function consent( $consent ) {
		$wording = isset( $consent['wording'] ) ? self::text( $consent['wording'], 1000 ) : null;
		if ( ! isset( $consent['channel'], $consent['given'], $consent['at'] ) || ! in_array( $consent['channel'], self::CHANNELS, true ) || ( $consent['given'] && null === $wording ) ) {
			return null;
		}
		return array(
			'channel' => $consent['channel'],
			'given'   => (bool) $consent['given'],
			'at'      => self::instant( $consent['at'] ),
			'wording' => $wording,
			'source'  => isset( $consent['source'] ) && 'account' === $consent['source'] ? 'account' : 'checkout',
		);
	}

	/**
	 * The views that a browser sent. The account is never taken from the browser: it comes from the session on the server.
	 *
	 * @param string   $raw     What came.
	 * @param int      $now     Unix seconds.
	 * @param int|null $account Of the session; null when nobody is logged in.
	 * @return array Views; empty when nothing can be used.
	 */
	public static function views( $raw, $now, $account ) {
		if ( strlen( $raw ) > self::MOST_BYTES ) {
			return array();
		}
		$sent = json_decode( $raw, true, 8 );
		if ( ! is_array( $sent ) || ! isset( $sent['e'] ) || ! is_array( $sent['e'] ) ) {
			return array();
		}
		$visitor = isset( $sent['v'] ) && is_string( $sent['v'] ) && 1 === preg_match( '/\A[A-Za-z0-9_-]{22,64}\z/', $sent['v'] ) ? $sent['v'] : null;
		$views   = array();
		foreach ( array_slice( $sent['e'], 0, self::MOST_VIEWS ) as $one ) {
			if ( ! is_array( $one ) || ! isset( $one['k'], $one['i'] ) || ! in_array( $one['k'], self::KINDS, true ) || ! is_string( $one['i'] ) || 1 !== preg_match( '/\A[A-Za-z0-9_-]{16,64}\z/', $one['i'] ) ) {
				continue;
			}
			$at      = isset( $one['at'] ) && is_numeric( $one['at'] ) ? (int) ( $one['at'] / 1000 ) : $now;
			$view    = array(
				'id'       => $one['i'],
				'kind'     => $one['k'],
				'at'       => self::instant( max( $now - 86400, min( $now, $at ) ) ),
				'product'  => 'product' === $one['k'] && isset( $one['p'] ) && (int) $one['p'] > 0 ? (string) (int) $one['p'] : null,
				'category' => 'category' === $one['k'] && isset( $one['c'] ) && (int) $one['c'] > 0 ? (string) (int) $one['c'] : null,
				'query'    => 'search' === $one['k'] && isset( $one['q'] ) && is_string( $one['q'] ) ? self::text( $one['q'], 80 ) : null,
				'visitor'  => $visitor,
				'account'  => null !== $account && $account > 0 ? (string) $account : null,
			);
			if ( null !== $view['product'] || null !== $view['category'] || null !== $view['query'] ) {
				$views[] = $view;
			}
		}
		return $views;
	}

	/**
	 * An amount as WooCommerce has it, with a point and without exponents.
	 *
	 * @param mixed $amount A number or its text.
	 * @return string
	 */
	public static function amount( $amount ) {
		$text = is_string( $amount ) ? trim( $amount ) : '';
		if ( 1 === preg_match( '/\A-?\d{1,15}(\.\d{1,8})?\z/', $text ) ) {
			return $text;
		}
		$text = number_format( (float) $amount, 4, '.', '' );
		return rtrim( rtrim( $text, '0' ), '.' );
	}

	/**
	 * An instant in UTC.
	 *
	 * @param int $seconds Unix.
	 * @return string
	 */
	public static function instant( $seconds ) {
		return gmdate( 'Y-m-d\TH:i:s\Z', (int) $seconds );
	}

	/**
	 * One line of text without control and direction-changing characters; null when nothing is left.
	 *
	 * @param mixed $text Anything.
	 * @param int   $most Characters.
	 * @return string|null
	 */
	public static function text( $text, $most ) {
		if ( ! is_scalar( $text ) ) {
			return null;
		}
		$clean = preg_replace( '/[\x{0000}-\x{001F}\x{007F}-\x{009F}\x{202A}-\x{202E}\x{2066}-\x{2069}]+/u', ' ', (string) $text );
		// Not UTF-8: nothing of it can be trusted to be what was typed.
		if ( null === $clean ) {
			return null;
		}
		$clean = trim( $clean );
		if ( '' === $clean ) {
			return null;
		}
		preg_match( '/\A.{1,' . (int) $most . '}/us', $clean, $head );
		return $head[0];
	}

	/**
	 * An address that can be one; null otherwise.
	 *
	 * @param mixed $email Anything.
	 * @return string|null
	 */
	public static function email( $email ) {
		$email = is_string( $email ) ? strtolower( trim( $email ) ) : '';
		return strlen( $email ) <= 254 && 1 === preg_match( '/\A[^\s@"<>,;:\\\\\[\]()\x00-\x1F\x7F]{1,64}@[^\s@"<>,;:\\\\\[\]()_\x00-\x1F\x7F]{1,185}\.[^\s@"<>,;:\\\\\[\]().\x00-\x1F\x7F]{2,63}\z/u', $email ) ? $email : null;
	}

	/**
	 * A number with enough digits to be one; null otherwise. Its country is the service's business.
	 *
	 * @param mixed $phone Anything.
	 * @return string|null
	 */
	public static function phone( $phone ) {
		$phone  = is_string( $phone ) ? trim( $phone ) : '';
		$digits = preg_replace( '/\D+/', '', $phone );
		return strlen( $phone ) <= 40 && strlen( $digits ) >= 6 && 1 === preg_match( '/\A[+\d][\d\s().\/-]+\z/', $phone ) ? $phone : null;
	}
}
