<?php
// Stands for the file that WordPress has here: dbDelta is in wordpress.php.
