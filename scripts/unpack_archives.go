package main

import (
	"archive/tar"
	"archive/zip"
	"bufio"
	"compress/bzip2"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"path"
	"strings"
	"syscall"
	"unicode/utf8"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

const (
	mostMemory    = 256 << 20 // of zstd, whose frames say how much of the text before they need
	mostDirectory = 64 << 20  // bytes of a zip's list of files, which is read as a whole
	mostPadding   = 64 << 20  // bytes behind a tar's end
	mostNames     = 64 << 20  // bytes of the names that are listed, which gradient-sync reads as a whole
	longestTarget = 4096      // PATH_MAX
	longestPart   = 255       // NAME_MAX
	longestName   = 3072      // of PATH_MAX, which is for the path on the volume
)

type archive struct {
	File, Name, Folder string
	IsLayer            bool
}

// What is said of an archive, by the name that it has on standard error.
type finding struct {
	name  string
	value any
}

func (f finding) Error() string { return fmt.Sprint(f.value) }

func refuse(format string, values ...any) error {
	return finding{"refused", fmt.Sprintf(format, values...)}
}

// Of an archive, by its name.
type blamed struct {
	error
	Name string
}

func (b blamed) Unwrap() error { return b.error }

// Blames the archive, unless the system has failed.
func (one archive) blame(err error) error {
	if errors.Is(err, zstd.ErrWindowSizeExceeded) || errors.Is(err, zstd.ErrDecoderSizeExceeded) {
		err = refuse("to read it takes more than %d MiB of memory; compress it again without zstd's --long, or with one of at most 27", mostMemory>>20)
	}
	if !errors.As(err, new(syscall.Errno)) && !errors.As(err, new(finding)) {
		err = refuse("it is no whole archive of a kind that is unpacked here (%v); pack and upload it again", err)
	}
	return blamed{err, one.Name}
}

// As gradient-sync's check_path(), which has the same of other sources. A name as the archive has it, so that no part is lost.
func check(name string) error {
	for part := range strings.SplitSeq(name, "/") {
		if strings.HasPrefix(part, "..") {
			return refuse("it has %.200q, which cannot be a file here; no part of a name may begin with \"..\"", name)
		}
		if len(part) > longestPart {
			return refuse("it has %.200q, of whose name a part has more than %d bytes, which no volume takes; rename it", name, longestPart)
		}
	}
	if name == "" || strings.HasPrefix(name, "/") {
		return refuse("it has %.200q, which cannot be a file here; a name must not be empty or begin with \"/\"", name)
	}
	if len(name) > longestName {
		return refuse("it has %.200q, which is longer than %d bytes with its folders; pack it with shorter names", name, longestName)
	}
	return checkText(name)
}

// What has to be so for a name to be compared with a pattern.
func checkText(name string) error {
	if strings.ContainsAny(name, "\n\x00") {
		return refuse("it has %.200q, which has a newline in its name; rename it", name)
	}
	if !utf8.ValidString(name) {
		return refuse("it has %.200q, whose name is not in UTF-8; rename it, or pack it with a program that writes UTF-8", name)
	}
	return nil
}

// Where an entry belongs. It does not lead elsewhere if check() says so of its name.
func (one archive) place(name string) string {
	name = path.Clean(name)
	if one.Folder == "" {
		return name
	}
	return one.Folder + "/" + name
}

// Calls a function for each entry of an archive, as a tar has it. What kind of archive it is its first bytes say: neither names nor media
// types are always right.
func (one archive) each(use func(*tar.Header, io.Reader) error) error {
	file, err := os.Open(one.File)
	if err != nil {
		return err
	}
	defer file.Close()
	begin := bufio.NewReaderSize(file, 1<<20)
	magic, _ := begin.Peek(4)
	is := func(text string) bool { return strings.HasPrefix(string(magic), text) }
	if is("PK\x03\x04") || is("PK\x05\x06") {
		return eachOfZip(file, use)
	}
	var text io.Reader = begin
	switch {
	case is("\x1f\x8b"):
		text, err = newGzip(begin)
	case is("\x28\xb5\x2f\xfd") || len(magic) == 4 && magic[0]>>4 == 5 && string(magic[1:]) == "\x2a\x4d\x18": // a frame to be skipped
		text, err = zstd.NewReader(begin, zstd.WithDecoderMaxMemory(mostMemory), zstd.WithDecoderLowmem(true), zstd.WithDecoderConcurrency(2))
	case is("BZh"):
		text = bzip2.NewReader(begin)
	}
	if err != nil {
		return err
	}
	return eachOfTar(text, one.IsLayer, use)
}

// The members of a gzip file, one after the other. Zeros may follow, as gzip itself has it: tapes and block devices pad with them.
type gzipped struct {
	*gzip.Reader
	begin *bufio.Reader
}

func newGzip(begin *bufio.Reader) (io.Reader, error) {
	member, err := gzip.NewReader(begin)
	if err != nil {
		return nil, err
	}
	member.Multistream(false)
	return &gzipped{member, begin}, nil
}

func (g *gzipped) Read(into []byte) (int, error) {
	for {
		n, err := g.Reader.Read(into)
		if err != io.EOF {
			return n, err
		}
		if n > 0 {
			return n, nil
		}
		if err := g.next(); err != nil {
			return 0, err
		}
	}
}

func (g *gzipped) next() error {
	for left := mostPadding; left > 0; left-- {
		first, err := g.begin.Peek(1)
		if err != nil {
			return err
		}
		if first[0] != 0 {
			break
		}
		if _, err := g.begin.Discard(1); err != nil {
			return err
		}
	}
	if err := g.Reset(g.begin); err != nil {
		return err
	}
	g.Multistream(false)
	return nil
}

type counter struct {
	io.Reader
	bytes int64
}

func (c *counter) Read(into []byte) (int, error) {
	n, err := c.Reader.Read(into)
	c.bytes += int64(n)
	return n, err
}

func eachOfTar(text io.Reader, isLayer bool, use func(*tar.Header, io.Reader) error) error {
	counted := &counter{Reader: text}
	entries := tar.NewReader(counted)
	for {
		if _, err := io.Copy(io.Discard, entries); err != nil {
			return err
		}
		before := counted.bytes
		entry, err := entries.Next()
		if err == io.EOF && isLayer { // its digest is known, so it is whole
			return nil
		}
		if err == io.EOF {
			return checkEnd(counted, before)
		}
		if err == nil && entry.Typeflag != tar.TypeXGlobalHeader {
			err = use(entry, entries)
		}
		if err != nil {
			return err
		}
	}
}

// A tar ends with a block of zeros; one that was cut off between two files has none, and Go takes it for whole. Behind the end are zeros
// alone: else there is another tar, which nobody would miss. To read them has gzip compare its checksum.
func checkEnd(text *counter, before int64) error {
	const block = 512
	if text.bytes-before < block {
		return io.ErrUnexpectedEOF
	}
	buffer := make([]byte, 64<<10)
	for end := text.bytes + mostPadding; ; {
		n, err := text.Read(buffer)
		if text.bytes > end || strings.Trim(string(buffer[:n]), "\x00") != "" {
			return errors.New("there is more behind its end")
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// A file of which only so much can be read.
type bounded struct {
	*os.File
	left int64
}

func (b *bounded) ReadAt(into []byte, at int64) (int, error) {
	if b.left -= int64(len(into)); b.left < 0 {
		return 0, refuse("its list of files is longer than %d MiB; pack fewer files, or take a tar", mostDirectory>>20)
	}
	return b.File.ReadAt(into, at)
}

func eachOfZip(file *os.File, use func(*tar.Header, io.Reader) error) error {
	status, err := file.Stat()
	if err != nil {
		return err
	}
	limited := &bounded{file, mostDirectory}
	all, err := zip.NewReader(limited, status.Size())
	if err != nil {
		return err
	}
	limited.left = math.MaxInt64
	if err := checkZipEnd(file, status.Size(), len(all.Comment)); err != nil {
		return err
	}
	unzstd := zstd.ZipDecompressor(zstd.WithDecoderMaxMemory(mostMemory), zstd.WithDecoderLowmem(true), zstd.WithDecoderConcurrency(1))
	all.RegisterDecompressor(zstd.ZipMethodWinZip, unzstd)
	all.RegisterDecompressor(zstd.ZipMethodPKWare, unzstd)
	for _, one := range all.File {
		if err := useOfZip(one, use); err != nil {
			return err
		}
	}
	return nil
}

// Go looks for the last list of files that it finds, and takes what is before its files and behind it for nothing: it may be another zip.
// https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT 4.3.16
func checkZipEnd(file io.ReaderAt, size int64, comment int) error {
	const length = 22
	var end [length]byte
	at := size - length - int64(comment)
	if _, err := file.ReadAt(end[:], at); err != nil {
		return err
	}
	if string(end[:4]) != "PK\x05\x06" {
		return errors.New("there is more behind its end")
	}
	list, begin := binary.LittleEndian.Uint32(end[12:]), binary.LittleEndian.Uint32(end[16:])
	if list == math.MaxUint32 || begin == math.MaxUint32 { // in the zip64 record
		return nil
	}
	behind := int64(begin) + int64(list)
	var next [4]byte
	if _, err := file.ReadAt(next[:], behind); err != nil || behind != at && string(next[:]) != "PK\x06\x06" {
		return errors.New("there is more before its files, or between them and its end")
	}
	return nil
}

// As a tar has it. Its content is opened when it is read: what is left out may be of any kind.
func useOfZip(one *zip.File, use func(*tar.Header, io.Reader) error) error {
	entry := &tar.Header{Name: one.Name, Mode: int64(one.Mode().Perm()), ModTime: one.Modified, Size: int64(min(one.UncompressedSize64, math.MaxInt64))}
	content := &zipContent{of: one}
	defer content.close()
	switch mode := one.Mode(); {
	case mode.IsDir():
		entry.Typeflag = tar.TypeDir
	case mode.IsRegular():
		entry.Typeflag = tar.TypeReg
	case mode&fs.ModeSymlink != 0:
		entry.Typeflag = tar.TypeSymlink
		target, err := io.ReadAll(io.LimitReader(content, longestTarget+1))
		if err != nil {
			return err
		}
		entry.Linkname = string(target)
	default:
		entry.Typeflag = tar.TypeFifo
	}
	return use(entry, content)
}

type zipContent struct {
	of     *zip.File
	opened io.ReadCloser
}

func (c *zipContent) Read(into []byte) (int, error) {
	if c.opened == nil {
		if err := c.open(); err != nil {
			return 0, err
		}
	}
	return c.opened.Read(into)
}

func (c *zipContent) open() (err error) {
	if strings.Contains(c.of.Name, `\`) { // of programs that take it for a "/"
		return refuse("it has %.200q, which has a backslash in its name; pack it with a program that writes \"/\" for folders", c.of.Name)
	}
	const isEncrypted = 1 // https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT 4.4.4
	if c.of.Flags&isEncrypted != 0 {
		return refuse("it has %.200q, which is encrypted; pack it again without a password", c.of.Name)
	}
	c.opened, err = c.of.Open()
	if errors.Is(err, zip.ErrAlgorithm) {
		return refuse("it has %.200q, which is compressed by method %d%s, which is not read here; pack it again by Deflate, or as it is",
			c.of.Name, c.of.Method, map[uint16]string{9: " (Deflate64)", 12: " (bzip2)", 14: " (LZMA)", 95: " (xz)"}[c.of.Method])
	}
	if err != nil {
		return fmt.Errorf("%q: %w", c.of.Name, err)
	}
	return nil
}

func (c *zipContent) close() {
	if c.opened != nil {
		c.opened.Close()
	}
}
