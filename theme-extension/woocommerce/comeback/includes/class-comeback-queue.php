<?php
/**
 * What waits for the service, and the tokens by which carts are brought back.
 *
 * @package Comeback
 */

defined( 'ABSPATH' ) || exit;

/**
 * Two small tables of the plugin's own. A delivery waits here while the service is away; of a cart only the newest state waits.
 */
final class Comeback_Queue {

	const ACTION = 'comeback_deliver';
	const FLUSH  = 'comeback_flush';
	const GROUP  = 'comeback';

	/** Views wait this many seconds for others, and go at most so many at once. */
	const GATHER     = 30;
	const MOST_VIEWS = 100;

	/** Minutes between tries, then hourly, for two days in all. */
	const PAUSES = array( 1, 5, 15, 60 );
	const HOURS  = 48;

	/**
	 * The queue's table.
	 *
	 * @return string
	 */
	public static function table() {
		global $wpdb;
		return $wpdb->prefix . 'comeback_queue';
	}

	/**
	 * The table of cart tokens.
	 *
	 * @return string
	 */
	public static function carts_table() {
		global $wpdb;
		return $wpdb->prefix . 'comeback_carts';
	}

	/** Makes both tables, or brings them up to date. */
	public static function create() {
		global $wpdb;
		require_once ABSPATH . 'wp-admin/includes/upgrade.php';
		$charset = $wpdb->get_charset_collate();
		$queue   = self::table();
		$carts   = self::carts_table();
		dbDelta(
			"CREATE TABLE $queue (
			id bigint(20) unsigned NOT NULL AUTO_INCREMENT,
			thing varchar(80) NOT NULL,
			route varchar(40) NOT NULL,
			delivery varchar(64) NOT NULL,
			body longtext NOT NULL,
			attempts smallint unsigned NOT NULL DEFAULT 0,
			created_at datetime NOT NULL,
			PRIMARY KEY  (id),
			UNIQUE KEY thing (thing)
			) $charset;"
		);
		dbDelta(
			"CREATE TABLE $carts (
			token_hash char(64) NOT NULL,
			cart_id varchar(64) NOT NULL,
			cart_lines longtext NOT NULL,
			created_at datetime NOT NULL,
			PRIMARY KEY  (token_hash),
			KEY cart_id (cart_id)
			) $charset;"
		);
	}

	/** Removes both tables and what is scheduled. */
	public static function drop() {
		global $wpdb;
		foreach ( array( self::table(), self::carts_table() ) as $table ) {
			$wpdb->query( "DROP TABLE IF EXISTS $table" ); // phpcs:ignore WordPress.DB.PreparedSQL.InterpolatedNotPrepared, WordPress.DB.DirectDatabaseQuery
		}
		if ( function_exists( 'as_unschedule_all_actions' ) ) {
			as_unschedule_all_actions( '', array(), self::GROUP );
		}
	}

	/** Forgets what waits and every token: the store is no longer connected. */
	public static function clear() {
		global $wpdb;
		foreach ( array( self::table(), self::carts_table() ) as $table ) {
			$wpdb->query( "DELETE FROM $table" ); // phpcs:ignore WordPress.DB.PreparedSQL.InterpolatedNotPrepared, WordPress.DB.DirectDatabaseQuery
		}
		if ( function_exists( 'as_unschedule_all_actions' ) ) {
			as_unschedule_all_actions( '', array(), self::GROUP );
		}
	}

	/**
	 * Lets something wait for the service; a newer state of the same thing takes the older one's place.
	 *
	 * @param string $route Last part of the service's path.
	 * @param array  $body  What will be sent.
	 * @param string $thing What it is about; equal things replace each other. Empty for one of its own.
	 */
	public static function add( $route, array $body, $thing = '' ) {
		global $wpdb;
		if ( ! Comeback_Connection::is_connected() || Comeback_Connection::is_refused() ) {
			return;
		}
		$delivery = Comeback_Signature::random();
		$wpdb->replace( // phpcs:ignore WordPress.DB.DirectDatabaseQuery
			self::table(),
			array(
				'thing'      => '' === $thing ? $delivery : $thing,
				'route'      => $route,
				'delivery'   => $delivery,
				'body'       => wp_json_encode( $body ),
				'attempts'   => 0,
				'created_at' => gmdate( 'Y-m-d H:i:s' ),
			),
			array( '%s', '%s', '%s', '%s', '%d', '%s' )
		);
		if ( function_exists( 'as_enqueue_async_action' ) ) {
			as_enqueue_async_action( self::ACTION, array( (int) $wpdb->insert_id ), self::GROUP );
		}
	}

	/**
	 * Lets views wait for others, so that a busy store makes one call for many.
	 *
	 * @param array $views As {@see Comeback_Cart_Body::views} made them.
	 */
	public static function add_views( array $views ) {
		global $wpdb;
		$delivery = Comeback_Signature::random();
		$wpdb->insert( // phpcs:ignore WordPress.DB.DirectDatabaseQuery
			self::table(),
			array(
				'thing'      => $delivery,
				'route'      => 'views',
				'delivery'   => $delivery,
				'body'       => wp_json_encode( $views ),
				'attempts'   => 0,
				'created_at' => gmdate( 'Y-m-d H:i:s' ),
			),
			array( '%s', '%s', '%s', '%s', '%d', '%s' )
		);
		if ( function_exists( 'as_has_scheduled_action' ) && ! as_has_scheduled_action( self::FLUSH, array(), self::GROUP ) ) {
			as_schedule_single_action( time() + self::GATHER, self::FLUSH, array(), self::GROUP );
		}
	}

	/** Makes one delivery of the views that wait. Run by Action Scheduler. */
	public static function flush() {
		global $wpdb;
		$table = self::table();
		$rows  = $wpdb->get_results( "SELECT id, body FROM $table WHERE route = 'views' ORDER BY id LIMIT " . self::MOST_VIEWS ); // phpcs:ignore WordPress.DB
		$views = array();
		foreach ( $rows as $row ) {
			$some = json_decode( $row->body, true );
			if ( count( $views ) + count( $some ) > self::MOST_VIEWS ) {
				break;
			}
			$views = array_merge( $views, $some );
			$wpdb->delete( $table, array( 'id' => $row->id ), array( '%d' ) ); // phpcs:ignore WordPress.DB.DirectDatabaseQuery
		}
		if ( array() === $views ) {
			return;
		}
		self::add( 'events', array( 'events' => $views ) );
		as_schedule_single_action( time() + self::GATHER, self::FLUSH, array(), self::GROUP );
	}

	/**
	 * Tries one delivery. Run by Action Scheduler.
	 *
	 * @param int $id Of the row.
	 */
	public static function deliver( $id ) {
		global $wpdb;
		$table = self::table();
		$row   = $wpdb->get_row( $wpdb->prepare( "SELECT * FROM $table WHERE id = %d", $id ) ); // phpcs:ignore WordPress.DB
		// A newer state took its place and has a run of its own.
		if ( ! $row ) {
			return;
		}
		$outcome = Comeback_Service::deliver( $row->route, (string) $row->body, $row->delivery );
		if ( 'again' !== $outcome ) {
			$wpdb->delete( $table, array( 'id' => $row->id ), array( '%d' ) ); // phpcs:ignore WordPress.DB.DirectDatabaseQuery
			return;
		}
		$pause = self::pause( (int) $row->attempts, time() - strtotime( $row->created_at . ' UTC' ) );
		if ( null === $pause ) {
			$wpdb->delete( $table, array( 'id' => $row->id ), array( '%d' ) ); // phpcs:ignore WordPress.DB.DirectDatabaseQuery
			return;
		}
		$wpdb->update( $table, array( 'attempts' => (int) $row->attempts + 1 ), array( 'id' => $row->id ), array( '%d' ), array( '%d' ) ); // phpcs:ignore WordPress.DB.DirectDatabaseQuery
		as_schedule_single_action( time() + $pause, self::ACTION, array( (int) $row->id ), self::GROUP );
	}

	/**
	 * Seconds until the next try; null when it has been tried for long enough.
	 *
	 * @param int $attempts Tries so far, before this one.
	 * @param int $age      Seconds since it was put here.
	 * @return int|null
	 */
	public static function pause( $attempts, $age ) {
		if ( $age > self::HOURS * 3600 ) {
			return null;
		}
		$pauses = self::PAUSES;
		return 60 * ( isset( $pauses[ $attempts ] ) ? $pauses[ $attempts ] : 60 );
	}
}
