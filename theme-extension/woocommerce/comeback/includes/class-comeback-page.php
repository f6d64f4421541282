<?php
/**
 * The Comeback page in the WooCommerce menu.
 *
 * @package Comeback
 */

defined( 'ABSPATH' ) || exit;

/**
 * Opens the service with a ticket: asked for server to server for this user, good for a minute and once, and delivered by a form, never in an address.
 */
final class Comeback_Page {

	const SLUG       = 'comeback';
	const NONCE      = 'comeback-page';
	const CAPABILITY = 'manage_woocommerce';

	/** Hooks. */
	public static function run() {
		add_action( 'admin_menu', array( __CLASS__, 'menu' ), 60 );
		add_action( 'wp_ajax_comeback_ticket', array( __CLASS__, 'ticket' ) );
		add_action( 'admin_post_comeback_connect', array( __CLASS__, 'connect' ) );
		add_action( 'admin_notices', array( __CLASS__, 'notices' ) );
	}

	/** Adds the page. */
	public static function menu() {
		add_submenu_page( 'woocommerce', __( 'Comeback', 'comeback' ), __( 'Comeback', 'comeback' ), self::CAPABILITY, self::SLUG, array( __CLASS__, 'show' ) );
	}

	/** Shows the page: the way to connect, or the service itself. */
	public static function show() {
		if ( ! current_user_can( self::CAPABILITY ) ) {
			return;
		}
		echo '<div class="wrap"><h1>' . esc_html__( 'Comeback', 'comeback' ) . '</h1>';
		if ( Comeback_Connection::is_connected() && ! Comeback_Connection::is_refused() ) {
			self::opened();
		} else {
			self::door();
		}
		echo '</div>';
	}

	/** The form that leads to the service. Nothing is sent anywhere before it is used. */
	private static function door() {
		if ( Comeback_Connection::is_refused() ) {
			echo '<div class="notice notice-error inline"><p>' . esc_html__( 'Comeback no longer accepts this store. Connect it again.', 'comeback' ) . '</p></div>';
		}
		?>
		<p><?php esc_html_e( 'Enter the address of your Comeback service, then press Connect. Comeback will ask you to sign in there and to approve the connection here.', 'comeback' ); ?></p>
		<p><?php esc_html_e( 'Nothing about your store or your customers is sent before you connect.', 'comeback' ); ?></p>
		<form method="post" action="<?php echo esc_url( admin_url( 'admin-post.php' ) ); ?>">
			<input type="hidden" name="action" value="comeback_connect">
			<?php wp_nonce_field( self::NONCE ); ?>
			<p>
				<label for="comeback-service"><?php esc_html_e( 'Address of your Comeback service', 'comeback' ); ?></label><br>
				<input type="url" id="comeback-service" name="service" class="regular-text code" dir="ltr" required pattern="https://.+" placeholder="https://comeback.example.com" value="<?php echo esc_attr( Comeback_Connection::address() ); ?>">
			</p>
			<?php submit_button( __( 'Connect', 'comeback' ), 'primary', 'submit', false ); ?>
		</form>
		<?php
	}

	/** The service inside the page, or a button that opens it in a tab of its own. */
	private static function opened() {
		wp_enqueue_script( 'comeback-page', plugins_url( 'assets/page.js', COMEBACK_FILE ), array(), COMEBACK_VERSION, true );
		wp_localize_script(
			'comeback-page',
			'comebackPage',
			array(
				'ajax'    => admin_url( 'admin-ajax.php' ),
				'nonce'   => wp_create_nonce( self::NONCE ),
				'service' => Comeback_Connection::address(),
				'mode'    => self::mode(),
				'failed'  => __( 'Comeback could not be opened. Check that your service is running, then load this page again.', 'comeback' ),
			)
		);
		echo '<p id="comeback-state" role="status"></p>';
		if ( 'tab' === self::mode() ) {
			echo '<button type="button" class="button button-primary" id="comeback-open">' . esc_html__( 'Open Comeback in a new tab', 'comeback' ) . '</button>';
			return;
		}
		echo '<iframe id="comeback-frame" name="comeback-frame" title="' . esc_attr__( 'Comeback', 'comeback' ) . '" style="width:100%;min-height:80vh;border:0" referrerpolicy="origin"></iframe>';
	}

	/**
	 * How this build shows the service.
	 *
	 * @return string `embed`, or `tab` in the build for WordPress.org, whose guideline 8 wants no frames in the dashboard.
	 */
	public static function mode() {
		return 'tab' === require COMEBACK_DIR . '/includes/build.php' ? 'tab' : 'embed';
	}

	/** Gives the page a ticket for the person who is looking at it. Who has lost the capability gets none, so their access ends. */
	public static function ticket() {
		check_ajax_referer( self::NONCE, 'nonce' );
		if ( ! current_user_can( self::CAPABILITY ) ) {
			wp_send_json_error( null, 403 );
		}
		$renew  = isset( $_POST['renew'] ) && '1' === sanitize_key( wp_unslash( $_POST['renew'] ) );
		$parts  = wp_parse_url( admin_url() );
		$origin = $parts['scheme'] . '://' . $parts['host'] . ( isset( $parts['port'] ) ? ':' . $parts['port'] : '' );
		$answer = Comeback_Service::post(
			'ticket',
			array(
				'user'   => (string) get_current_user_id(),
				'origin' => $origin,
				'mode'   => $renew ? 'renew' : self::mode(),
			)
		);
		if ( null === $answer || ! isset( $answer['ticket'] ) ) {
			wp_send_json_error( null, 502 );
		}
		wp_send_json_success(
			array(
				'ticket' => (string) $answer['ticket'],
				// Where the form goes is ours to say: only ever the service that the store is connected to.
				'action' => Comeback_Connection::address() . '/woocommerce/open',
			)
		);
	}

	/** Leads the merchant to the service with the store's address filled in. */
	public static function connect() {
		check_admin_referer( self::NONCE );
		if ( ! current_user_can( self::CAPABILITY ) ) {
			wp_die( esc_html__( 'You may not do this.', 'comeback' ), '', array( 'response' => 403 ) );
		}
		$service = isset( $_POST['service'] ) ? esc_url_raw( trim( sanitize_text_field( wp_unslash( $_POST['service'] ) ) ), array( 'https' ) ) : '';
		$parts   = wp_parse_url( $service );
		if ( ! isset( $parts['host'] ) || isset( $parts['user'] ) || isset( $parts['query'] ) ) {
			wp_die( esc_html__( 'Enter an address that begins with https://, such as https://comeback.example.com.', 'comeback' ), '', array( 'back_link' => true ) );
		}
		$service = 'https://' . $parts['host'] . ( isset( $parts['port'] ) ? ':' . $parts['port'] : '' );
		update_option( Comeback_Connection::SETTINGS, array( 'service' => $service ), false );
		wp_redirect( $service . '/woocommerce/install?store=' . rawurlencode( untrailingslashit( home_url() ) ) ); // phpcs:ignore WordPress.Security.SafeRedirect.wp_redirect_wp_redirect
		exit;
	}

	/** Warns where WooCommerce writes about abandoned carts itself. */
	public static function notices() {
		$screen = function_exists( 'get_current_screen' ) ? get_current_screen() : null;
		if ( ! $screen || false === strpos( $screen->id, self::SLUG ) || ! current_user_can( self::CAPABILITY ) || ! Comeback_Carts::core_mail_is_on() ) {
			return;
		}
		echo '<div class="notice notice-warning"><p>' . esc_html__( 'WooCommerce sends its own message about abandoned carts. Switch it off under WooCommerce, Settings, Emails, or your customers get two.', 'comeback' ) . '</p></div>';
	}
}
