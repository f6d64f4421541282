<?php
/**
 * What every file of the plugin keeps.
 *
 * @package Comeback
 */

function sources() {
	$files = array();
	foreach ( new RecursiveIteratorIterator( new RecursiveDirectoryIterator( COMEBACK_DIR, FilesystemIterator::SKIP_DOTS ) ) as $file ) {
		if ( 'php' === $file->getExtension() ) {
			$files[ substr( $file->getPathname(), strlen( COMEBACK_DIR ) + 1 ) ] = file_get_contents( $file->getPathname() );
		}
	}
	ksort( $files );
	return $files;
}

/** Names what a source uses that PHP 7.4 does not know. */
function newer_than_74( $source ) {
	$found = array();
	$all   = array_values(
		array_filter(
			token_get_all( $source ),
			static function ( $token ) {
				return ! is_array( $token ) || ! in_array( $token[0], array( T_WHITESPACE, T_COMMENT, T_DOC_COMMENT ), true );
			}
		)
	);
	$text  = static function ( $token ) {
		return is_array( $token ) ? $token[1] : $token;
	};
	foreach ( $all as $i => $token ) {
		$next  = isset( $all[ $i + 1 ] ) ? $text( $all[ $i + 1 ] ) : '';
		$then  = isset( $all[ $i + 2 ] ) ? $text( $all[ $i + 2 ] ) : '';
		$prior = $i > 0 ? $text( $all[ $i - 1 ] ) : '';
		if ( is_array( $token ) ) {
			$name = token_name( $token[0] );
			if ( in_array( $name, array( 'T_MATCH', 'T_NULLSAFE_OBJECT_OPERATOR', 'T_ATTRIBUTE', 'T_ENUM', 'T_READONLY', 'T_NAME_QUALIFIED_RELATIVE' ), true ) ) {
				$found[] = $name;
			}
			if ( T_STRING === $token[0] && ':' === $next && ':' !== $then && in_array( $prior, array( '(', ',' ), true ) ) {
				$found[] = 'named argument ' . $token[1];
			}
			if ( T_STRING === $token[0] && '(' === $next && in_array( $token[1], array( 'str_contains', 'str_starts_with', 'str_ends_with', 'array_is_list', 'array_find', 'array_any', 'array_all', 'get_debug_type', 'json_validate', 'mb_trim' ), true ) ) {
				$found[] = $token[1];
			}
			if ( T_CATCH === $token[0] && ')' === ( isset( $all[ $i + 3 ] ) ? $text( $all[ $i + 3 ] ) : '' ) ) {
				$found[] = 'catch without a variable';
			}
			if ( T_THROW === $token[0] && ! in_array( $prior, array( ';', '{', '}', ')', ':' ), true ) ) {
				$found[] = 'throw as an expression';
			}
			if ( T_FUNCTION === $token[0] ) {
				// The list of parameters: promotion, union types, a comma at its end.
				$depth = 0;
				for ( $j = $i; isset( $all[ $j ] ); $j++ ) {
					$one = $text( $all[ $j ] );
					if ( '(' === $one ) {
						++$depth;
					} elseif ( ')' === $one && 0 === --$depth ) {
						if ( ',' === $text( $all[ $j - 1 ] ) ) {
							$found[] = 'comma after the last parameter';
						}
						if ( ':' === $text( $all[ $j + 1 ] ) && ( '|' === $text( $all[ $j + 3 ] ) || in_array( $text( $all[ $j + 2 ] ), array( 'mixed', 'never', 'static' ), true ) ) ) {
							$found[] = 'return type';
						}
						break;
					} elseif ( in_array( $one, array( 'public', 'private', 'protected' ), true ) || ( '|' === $one && 1 === $depth ) || ( 'mixed' === $one && 1 === $depth ) ) {
						$found[] = "parameter with $one";
					}
				}
			}
		}
	}
	return array_values( array_unique( $found ) );
}

function it_uses_nothing_newer_than_php_seven_point_four() {
	foreach ( sources() as $name => $source ) {
		same( array(), newer_than_74( $source ), $name );
	}
}

function it_would_notice_newer_syntax() {
	foreach ( array( 'match ( $a ) { 1 => 2 };', '$a?->b;', 'f( name: 1 );', 'function f( $a, ) {}', 'function f( int|string $a ) {}', 'class A { function __construct( private $a ) {} }', 'str_contains( $a, $b );', 'try { f(); } catch ( E ) {}', '$a = $b ?? throw new E();', 'enum A {}', '#[Attribute] class A {}', 'function f(): mixed {}' ) as $newer ) {
		truth( array() !== newer_than_74( "<?php $newer" ), $newer );
	}
	same( array(), newer_than_74( '<?php function f( $a, $b = 1 ) { return $a ? g( $b ) : h( X::y ); } switch ( $a ) { case B: throw new E(); }' ) );
}

function it_guards_every_file_against_being_called_alone() {
	foreach ( sources() as $name => $source ) {
		truth( 1 === preg_match( "/^defined\( '(ABSPATH|WP_UNINSTALL_PLUGIN)' \) \|\| exit;$/m", $source ), $name );
	}
}

function it_checks_a_nonce_and_a_capability_before_every_action_of_the_dashboard() {
	$page = sources()['includes/class-comeback-page.php'];
	foreach ( array( 'ticket', 'connect' ) as $action ) {
		truth( 1 === preg_match( '/function ' . $action . '\(\) \{\s+check_(ajax|admin)_referer\( self::NONCE.*?\);\s+if \( ! current_user_can\( self::CAPABILITY \) \)/s', $page ), $action );
	}
	truth( 1 === preg_match( '/function take\(\) \{\s+check_admin_referer/', sources()['includes/class-comeback-sign-up.php'] ), 'sign-up' );
}

function it_has_every_text_in_every_language() {
	$texts = array();
	foreach ( sources() + array( 'editor.js' => file_get_contents( COMEBACK_DIR . '/blocks/sign-up/editor.js' ) ) as $name => $source ) {
		if ( 0 === strpos( $name, 'languages/' ) ) {
			continue;
		}
		preg_match_all( "/(?:\b__|_e|esc_html__|esc_html_e|esc_attr__|\btext)\( '((?:[^'\\\\]|\\\\.)*)', 'comeback'/", $source, $found );
		$texts = array_merge( $texts, array_map( 'stripslashes', $found[1] ) );
		preg_match_all( "/_n\( '([^']*)', '([^']*)', /", $source, $found, PREG_SET_ORDER );
		foreach ( $found as $pair ) {
			$texts[] = $pair[1] . "\0" . $pair[2];
		}
	}
	$texts = array_values( array_unique( $texts ) );
	sort( $texts );
	truth( count( $texts ) > 30, 'hardly any text was found' );
	$pot = file_get_contents( COMEBACK_DIR . '/languages/comeback.pot' );
	foreach ( array( 'da_DK' => 2, 'ar' => 6 ) as $locale => $forms ) {
		$language = require COMEBACK_DIR . "/languages/comeback-$locale.l10n.php";
		$known    = array_keys( $language['messages'] );
		sort( $known );
		same( $texts, $known, $locale );
		foreach ( $language['messages'] as $from => $to ) {
			$from = explode( "\0", $from );
			truth( false !== strpos( $pot, '"' . addcslashes( $from[0], '"\\' ) . '"' ), $from[0] );
			foreach ( explode( "\0", $to ) as $form ) {
				truth( '' !== trim( $form ), $from[0] );
				same( preg_match_all( '/%[sd]/', $from[0] ), preg_match_all( '/%[sd]/', $form ), $form );
			}
			if ( isset( $from[1] ) ) {
				same( $forms, count( explode( "\0", $to ) ), $from[0] );
			}
		}
	}
}

function it_says_what_wordpress_wants_to_know() {
	$head = sources()['comeback.php'];
	foreach ( array( 'Requires PHP:      7.4', 'Requires Plugins:  woocommerce', 'License:           GPL-2.0-or-later' ) as $line ) {
		truth( false !== strpos( $head, $line ), $line );
	}
	$readme = file_get_contents( COMEBACK_DIR . '/readme.txt' );
	truth( false !== strpos( $readme, '== External services ==' ), 'External services' );
	preg_match( '/Version:\s+(\S+)/', $head, $version );
	truth( false !== strpos( $readme, 'Stable tag: ' . $version[1] ), 'Stable tag' );
	same( COMEBACK_VERSION, $version[1] );
	truth( false !== strpos( file_get_contents( COMEBACK_DIR . '/license.txt' ), 'GNU GENERAL PUBLIC LICENSE' ), 'license.txt' );
	foreach ( sources() as $name => $source ) {
		same( 0, preg_match( '/Apache/i', $source ), $name );
	}
	foreach ( array( 'custom_order_tables', 'cart_checkout_blocks' ) as $feature ) {
		truth( false !== strpos( sources()['includes/class-comeback-plugin.php'], "'$feature'" ), $feature );
	}
}

function it_makes_two_builds_that_differ_in_one_line() {
	$folder = sys_get_temp_dir() . '/comeback-package-' . getmypid();
	mkdir( $folder );
	exec( PHP_BINARY . ' -d phar.readonly=0 ' . escapeshellarg( dirname( __DIR__ ) . '/package.php' ) . ' ' . escapeshellarg( $folder ), $out, $status );
	same( 0, $status, implode( "\n", $out ) );
	$read = static function ( $name ) use ( $folder ) {
		$all = array();
		foreach ( new RecursiveIteratorIterator( new PharData( "$folder/$name" ) ) as $file ) {
			$all[ substr( $file->getPathname(), strpos( $file->getPathname(), $name ) + strlen( $name ) + 1 ) ] = file_get_contents( $file->getPathname() );
		}
		ksort( $all );
		return $all;
	};
	$embed  = $read( 'comeback.zip' );
	$tab    = $read( 'comeback-wordpress-org.zip' );
	array_map( 'unlink', glob( "$folder/*" ) );
	rmdir( $folder );
	same( array_keys( $embed ), array_keys( $tab ) );
	truth( isset( $embed['comeback/comeback.php'] ), 'comeback.php' );
	same( array( 'comeback/includes/build.php' ), array_keys( array_diff_assoc( $embed, $tab ) ) );
	truth( false !== strpos( $tab['comeback/includes/build.php'], "return 'tab';" ), 'tab' );
}

function it_puts_a_pixel_of_two_kilobytes_at_most_on_the_page() {
	$size = strlen( gzencode( file_get_contents( COMEBACK_DIR . '/assets/pixel.js' ), 9 ) );
	truth( $size <= 2048, "$size bytes" );
}
