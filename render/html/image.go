package html

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"image"
	_ "image/gif" // pictures that people attach
	_ "image/jpeg"
	_ "image/png"

	"golang.org/x/net/html"

	"github.com/tickmark-dev/tickmark/render/document"
)

// maxPixels bounds the pictures that a browser is made to decode.
const maxPixels = 50_000_000

// image draws a picture, which the page carries itself. One that is no PNG,
// JPEG or GIF says so: what it claims to be is not believed.
func (p *page) image(img *document.Image) *html.Node {
	caption := img.Caption
	if caption == "" {
		caption = img.Name
	}
	cfg, format, err := image.DecodeConfig(bytes.NewReader(img.Content))
	why := ""
	switch {
	case err != nil:
		why = "It is not a PNG, JPEG or GIF picture"
	case cfg.Width <= 0 || cfg.Height <= 0 || cfg.Width > maxPixels/cfg.Height:
		why = fmt.Sprintf("It is too large to draw: %d × %d pixels", cfg.Width, cfg.Height)
	}
	if why != "" {
		return p.note(&document.Note{Tone: document.Attention, Title: "This picture cannot be shown: " + img.Name,
			Blocks: []document.Block{{Paragraph: &document.Paragraph{Spans: []document.Span{{Text: why + ". The file itself is kept with this sample."}}}}}}, 1)
	}
	src := "data:image/" + format + ";base64," + base64.StdEncoding.EncodeToString(img.Content)
	picture := el("img", "")
	set(set(picture, "src", src), "alt", caption)
	set(set(picture, "width", fmt.Sprint(cfg.Width)), "height", fmt.Sprint(cfg.Height))
	return el("figure", "image", picture, el("figcaption", "", text(caption)))
}
