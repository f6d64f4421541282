<?php
/**
 * Runs the plugin's tests: php run.php [RESULT.json]. Each function whose name begins with `it_` is a test; what it throws is its failure.
 *
 * PHP 7.4 itself is not run: that the sources use nothing newer is checked by their tokens (source-tests.php).
 *
 * @package Comeback
 */

error_reporting( E_ALL );
set_error_handler(
	static function ( $level, $text, $file, $line ) {
		throw new ErrorException( $text, 0, $level, $file, $line );
	}
);
require __DIR__ . '/wordpress.php';

function same( $expected, $found, $what = '' ) {
	if ( $expected !== $found ) {
		throw new Exception( trim( "$what expected " . var_export( $expected, true ) . ', found ' . var_export( $found, true ) ) );
	}
}
function truth( $found, $what ) {
	same( true, $found, $what );
}

foreach ( glob( __DIR__ . '/*-tests.php' ) as $file ) {
	require $file;
}
$passed = 0;
$failed = 0;
foreach ( get_defined_functions()['user'] as $test ) {
	if ( 0 !== strpos( $test, 'it_' ) ) {
		continue;
	}
	World::clear();
	try {
		$test();
		++$passed;
	} catch ( Throwable $problem ) {
		++$failed;
		echo str_replace( '_', ' ', $test ) . "\n    " . $problem->getMessage() . "\n    " . basename( $problem->getFile() ) . ':' . $problem->getLine() . "\n";
	}
}
echo "plugin: $passed passed, $failed failed\n";
if ( isset( $argv[1] ) ) {
	file_put_contents( $argv[1], json_encode( array( 'numPassedTests' => $passed, 'numFailedTests' => $failed ) ) );
}
exit( $failed > 0 || 0 === $passed ? 1 : 0 );
