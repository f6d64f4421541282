<?php
/**
 * As much of WordPress as the tests need: options, the two tables, outgoing calls, translations. A call that no test planned fails it.
 *
 * @package Comeback
 */

define( 'ABSPATH', __DIR__ . '/' );
define( 'MINUTE_IN_SECONDS', 60 );
define( 'HOUR_IN_SECONDS', 3600 );
define( 'DAY_IN_SECONDS', 86400 );
define( 'COMEBACK_VERSION', '1.0.0' );
define( 'COMEBACK_DIR', dirname( __DIR__ ) . '/comeback' );
define( 'COMEBACK_FILE', COMEBACK_DIR . '/comeback.php' );

final class World {
	public static $options = array();
	public static $calls   = array();
	public static $answers = array();
	public static $actions = array();
	public static $routes  = array();
	public static $can     = true;
	public static $cookie  = 0;

	public static function clear() {
		self::$options = array();
		self::$calls   = array();
		self::$answers = array();
		self::$actions = array();
		self::$routes  = array();
		self::$can     = true;
		self::$cookie  = 0;
		$GLOBALS['wpdb']->rows = array();
	}

	public static function connect() {
		Comeback_Connection::save(
			array(
				'service'      => 'https://comeback.example',
				'store'        => '17',
				'hook'         => str_repeat( 'h', 32 ),
				'secret'       => str_repeat( 'ab', 32 ),
				'installation' => 3,
			)
		);
	}
}

/** The two tables, as lists of rows. Only the statements that the plugin makes are understood. */
final class Fake_Wpdb {
	public $prefix    = 'wp_';
	public $insert_id = 0;
	public $rows      = array();
	private $args     = array();

	public function get_charset_collate() {
		return '';
	}

	public function insert( $table, $row ) {
		$row['id']              = ++$this->insert_id;
		$this->rows[ $table ][] = $row;
	}

	public function replace( $table, $row ) {
		$key = isset( $row['thing'] ) ? 'thing' : 'token_hash';
		$this->delete( $table, array( $key => $row[ $key ] ) );
		$this->insert( $table, $row );
	}

	public function delete( $table, $where ) {
		$kept = array();
		foreach ( isset( $this->rows[ $table ] ) ? $this->rows[ $table ] : array() as $row ) {
			if ( array_intersect_key( $row, $where ) != $where ) { // phpcs:ignore Universal.Operators.StrictComparisons
				$kept[] = $row;
			}
		}
		$this->rows[ $table ] = $kept;
	}

	public function update( $table, $change, $where ) {
		foreach ( $this->rows[ $table ] as $i => $row ) {
			if ( array_intersect_key( $row, $where ) == $where ) { // phpcs:ignore Universal.Operators.StrictComparisons
				$this->rows[ $table ][ $i ] = $change + $row;
			}
		}
	}

	public function prepare( $sql, ...$args ) {
		$this->args = $args;
		return $sql;
	}

	public function get_row( $sql ) {
		preg_match( '/FROM (\S+) WHERE (\w+) = /', $sql, $found );
		foreach ( isset( $this->rows[ $found[1] ] ) ? $this->rows[ $found[1] ] : array() as $row ) {
			if ( (string) $row[ $found[2] ] === (string) $this->args[0] ) {
				return (object) $row;
			}
		}
		return null;
	}

	public function get_results( $sql ) {
		preg_match( "/FROM (\S+) WHERE route = '(\w+)' ORDER BY id LIMIT (\d+)/", $sql, $found );
		$rows = array();
		foreach ( isset( $this->rows[ $found[1] ] ) ? $this->rows[ $found[1] ] : array() as $row ) {
			if ( $row['route'] === $found[2] && count( $rows ) < (int) $found[3] ) {
				$rows[] = (object) $row;
			}
		}
		return $rows;
	}

	public function query( $sql ) {
		if ( 1 === preg_match( '/\ADELETE FROM (\S+)( WHERE created_at < )?/', $sql, $found ) ) {
			$kept = array();
			foreach ( isset( $found[2] ) ? $this->rows[ $found[1] ] : array() as $row ) {
				if ( $row['created_at'] >= $this->args[0] ) {
					$kept[] = $row;
				}
			}
			$this->rows[ $found[1] ] = $kept;
		} elseif ( 1 === preg_match( '/\ADROP TABLE IF EXISTS (\S+)/', $sql, $found ) ) {
			unset( $this->rows[ $found[1] ] );
		} else {
			throw new RuntimeException( "An unplanned statement: $sql" );
		}
	}
}
$GLOBALS['wpdb'] = new Fake_Wpdb();

final class WP_Error {
	public $code;
	public $data;
	public function __construct( $code, $text, $data = array() ) {
		$this->code = $code;
		$this->data = $data;
	}
}

final class WP_REST_Response {
	public $data;
	public $status;
	public function __construct( $data, $status = 200 ) {
		$this->data   = $data;
		$this->status = $status;
	}
}

final class Fake_Request {
	private $body;
	public function __construct( $body ) {
		$this->body = $body;
	}
	public function get_json_params() {
		return json_decode( $this->body, true );
	}
	public function get_body() {
		return $this->body;
	}
}

function is_wp_error( $thing ) {
	return $thing instanceof WP_Error;
}
function get_option( $name, $otherwise = false ) {
	return array_key_exists( $name, World::$options ) ? World::$options[ $name ] : $otherwise;
}
function add_option( $name, $value, $deprecated = '', $autoload = null ) {
	World::$options[ $name ]              = $value;
	World::$options[ "autoload:$name" ] = $autoload;
}
function update_option( $name, $value ) {
	World::$options[ $name ] = $value;
}
function delete_option( $name ) {
	unset( World::$options[ $name ], World::$options[ "autoload:$name" ] );
}
function get_transient( $name ) {
	return get_option( "t:$name" );
}
function set_transient( $name, $value ) {
	update_option( "t:$name", $value );
}
function wp_safe_remote_post( $url, $call ) {
	World::$calls[] = array( $url, $call );
	if ( array() === World::$answers ) {
		throw new RuntimeException( "An unplanned call to $url" );
	}
	return array_shift( World::$answers );
}
function wp_remote_retrieve_response_code( $answer ) {
	return $answer['status'];
}
function wp_remote_retrieve_body( $answer ) {
	return $answer['body'];
}
function wp_json_encode( $value ) {
	return json_encode( $value );
}
function as_enqueue_async_action( $hook, $args ) {
	World::$actions[] = array( 0, $hook, $args );
}
function as_schedule_single_action( $at, $hook, $args ) {
	World::$actions[] = array( $at - time(), $hook, $args );
}
function as_has_scheduled_action( $hook ) {
	foreach ( World::$actions as $action ) {
		if ( $action[1] === $hook ) {
			return true;
		}
	}
	return false;
}
function as_unschedule_all_actions() {
	World::$actions = array();
}
function register_rest_route( $space, $path, $route ) {
	World::$routes[ "$space$path" ] = $route;
}
function rest_ensure_response( $data ) {
	return new WP_REST_Response( $data );
}
function current_user_can( $what ) {
	return World::$can && 'manage_woocommerce' === $what;
}
function wp_validate_auth_cookie() {
	return World::$cookie > 0 ? World::$cookie : false;
}
function wp_salt() {
	return 'salt';
}
function sanitize_text_field( $text ) {
	return trim( (string) $text );
}
function wp_unslash( $text ) {
	return $text;
}
function sanitize_key( $text ) {
	return preg_replace( '/[^a-z0-9_\-]/', '', strtolower( $text ) );
}
function __( $text ) {
	return $text;
}
function esc_html__( $text ) {
	return $text;
}
function esc_html( $text ) {
	return htmlspecialchars( $text, ENT_QUOTES );
}
function admin_url() {
	return 'https://shop.example/wp-admin/';
}
function dbDelta() {
}

foreach ( array( 'signature', 'cart-body', 'connection', 'queue', 'service', 'rest', 'page', 'consent', 'carts', 'restore', 'pixel', 'sign-up', 'privacy' ) as $part ) {
	require_once COMEBACK_DIR . "/includes/class-comeback-$part.php";
}
