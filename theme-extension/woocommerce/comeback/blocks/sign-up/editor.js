/* The sign-up form in the editor: its heading beside the form as the page will show it. */
( function ( wp ) {
	'use strict';
	var el = wp.element.createElement;
	var text = wp.i18n.__;
	wp.blocks.registerBlockType( 'comeback/sign-up', {
		edit: function ( props ) {
			return el( 'div', wp.blockEditor.useBlockProps(),
				el( wp.blockEditor.InspectorControls, null,
					el( wp.components.PanelBody, { title: text( 'Sign-up form', 'comeback' ) },
						el( wp.components.TextControl, {
							label: text( 'Heading', 'comeback' ),
							value: props.attributes.heading,
							onChange: function ( value ) {
								props.setAttributes( { heading: value } );
							}
						} ) ) ),
				el( wp.components.Disabled, null, el( wp.serverSideRender, { block: 'comeback/sign-up', attributes: props.attributes } ) ) );
		},
		save: function () {
			return null;
		}
	} );
}( window.wp ) );
