<?php
/**
 * Makes the plugin's two zips from the one source: php package.php FOLDER. `comeback.zip` shows the service inside the dashboard;
 * `comeback-wordpress-org.zip` opens it in a tab. Nothing else differs, and nothing is compiled.
 *
 * @package Comeback
 */

if ( ! isset( $argv[1] ) || ! is_dir( $argv[1] ) ) {
	fwrite( STDERR, "Say where to put the zips: php package.php FOLDER\n" );
	exit( 2 );
}
foreach ( array( 'comeback.zip' => 'embed', 'comeback-wordpress-org.zip' => 'tab' ) as $name => $build ) {
	$file = rtrim( $argv[1], '/' ) . '/' . $name;
	if ( file_exists( $file ) ) {
		unlink( $file );
	}
	$zip    = new PharData( $file, 0, null, Phar::ZIP );
	$source = __DIR__ . '/comeback';
	foreach ( new RecursiveIteratorIterator( new RecursiveDirectoryIterator( $source, FilesystemIterator::SKIP_DOTS ) ) as $path ) {
		$inside = 'comeback/' . substr( $path->getPathname(), strlen( $source ) + 1 );
		$text   = file_get_contents( $path->getPathname() );
		if ( 'comeback/includes/build.php' === $inside ) {
			$text = str_replace( "return 'embed';", "return '$build';", $text );
		}
		$zip->addFromString( $inside, $text );
	}
	echo $file . ' ' . filesize( $file ) . " bytes\n";
}
