<?php
/**
 * Which build this is: `embed` shows the service inside the dashboard, `tab` opens it in a tab (the build for WordPress.org).
 *
 * @package Comeback
 */

defined( 'ABSPATH' ) || exit;

return 'embed';
