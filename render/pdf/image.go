package pdf

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	_ "image/gif" // pictures that people attach
	"image/jpeg"
	"image/png"

	"github.com/go-pdf/fpdf"

	"github.com/tickmark-dev/tickmark/render/document"
)

// maxPixels bounds the pictures that are decoded.
const maxPixels = 50_000_000

// image lays out a picture, made smaller to fit. One that cannot be read says so.
func (l *layout) image(img *document.Image, x, w float64) []strip {
	data, kind, size, err := readPicture(img.Content)
	if err != nil {
		return l.note(&document.Note{Tone: document.Attention, Title: "This picture cannot be shown: " + img.Name,
			Blocks: []document.Block{{Paragraph: &document.Paragraph{Spans: []document.Span{{Text: err.Error() + ". The file itself is kept with this sample."}}}}}}, x, w, 1)
	}
	l.names++
	name := fmt.Sprintf("image%d", l.names)
	const maxH = 470.0
	pw, ph := float64(size.X)*0.75, float64(size.Y)*0.75
	f := min(1, w/pw, maxH/ph)
	pw, ph = max(pw*f, 1), max(ph*f, 1)
	strips := []strip{{h: ph + 2, keep: true, ops: []op{func(p *painter, y float64) {
		p.f.RegisterImageOptionsReader(name, fpdf.ImageOptions{ImageType: kind}, bytes.NewReader(data))
		p.f.ImageOptions(name, x, y, pw, ph, false, fpdf.ImageOptions{ImageType: kind}, 0, "")
		p.f.SetLineWidth(0.5)
		p.f.SetDrawColor(rule.r, rule.g, rule.b)
		p.f.Rect(x, y, pw, ph, "D")
	}}}}
	caption := img.Caption
	if caption == "" {
		caption = img.Name
	}
	return append(strips, l.textStrips([]document.Span{{Text: caption, Italic: true}}, smallStyle, x, w)...)
}

// readPicture decodes a picture, so that nothing that is broken gets into the
// file: a JPEG stays as it is, all else becomes a plain PNG on white.
func readPicture(content []byte) (data []byte, kind string, size image.Point, err error) {
	cfg, format, err := image.DecodeConfig(bytes.NewReader(content))
	if err != nil {
		return nil, "", size, fmt.Errorf("it is not a PNG, JPEG or GIF picture")
	}
	if cfg.Width <= 0 || cfg.Height <= 0 || cfg.Width > maxPixels/cfg.Height {
		return nil, "", size, fmt.Errorf("it is too large to draw: %d × %d pixels", cfg.Width, cfg.Height)
	}
	size = image.Pt(cfg.Width, cfg.Height)
	if format == "jpeg" {
		if _, err := jpeg.Decode(bytes.NewReader(content)); err != nil {
			return nil, "", size, fmt.Errorf("it is damaged")
		}
		if cfg.ColorModel == color.YCbCrModel || cfg.ColorModel == color.GrayModel {
			return content, "JPG", size, nil
		}
	}
	src, _, err := image.Decode(bytes.NewReader(content))
	if err != nil {
		return nil, "", size, fmt.Errorf("it is damaged")
	}
	flat := image.NewNRGBA(image.Rect(0, 0, size.X, size.Y))
	draw.Draw(flat, flat.Bounds(), image.White, image.Point{}, draw.Src)
	draw.Draw(flat, flat.Bounds(), src, src.Bounds().Min, draw.Over)
	var out bytes.Buffer
	if err := png.Encode(&out, flat); err != nil {
		return nil, "", size, fmt.Errorf("it cannot be drawn")
	}
	return out.Bytes(), "PNG", size, nil
}
