// Unpacks archives that came from elsewhere: tar, as it is or in gzip or zstd. Nothing of an archive can reach out of the folder.
//
//	gradient-unpack list      prints the names of their files, each ended by a zero byte
//	gradient-unpack FOLDER    puts them there
//
// The unnamed file 3 has {"archives": [{"file", "isLayer"}], "wanted": [NAME], "limits": {"files", "bytes", "depth"}}: the archives in
// their order, which files of them are wanted (all, where that is left out), and what may be made. An archive that is a layer of an
// image takes away what its whiteouts name, and replaces what is there. What is wrong with an archive goes to standard error as
// {"refused": ...}, what is more than a limit as {"files": COUNT} and so on, and what fails here as {"error": ...}.
package main

import (
	"archive/tar"
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"runtime"
	"slices"
	"strings"
	"syscall"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

const (
	mostMemory = 256 << 20 // of zstd, whose frames say how much of the text before they need
	whiteout   = ".wh."    // https://github.com/opencontainers/image-spec/blob/main/layer.md#whiteouts
	opaque     = ".wh..wh..opq"
)

type request struct {
	Archives []struct {
		File    string
		IsLayer bool
	}
	Wanted []string
	Limits struct{ Files, Bytes, Depth int64 } // with folders; parts of a path
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

type unpacker struct {
	request
	root    *os.Root
	files   int64           // made, with folders
	bytes   int64           // of them
	links   []string        // symbolic ones
	isLayer bool            // of the archive that is being unpacked, as the next
	ours    map[string]bool // what it has brought, with the folders
}

// As gradient-sync's check_path(), which has the same of other sources.
func check(name string) error {
	if strings.HasPrefix(name, "/") || slices.ContainsFunc(strings.Split(name, "/"), func(part string) bool {
		return strings.HasPrefix(part, "..")
	}) {
		return refuse("it has %.200q, which cannot be a file here; a name must not begin with \"/\", and no part of it with \"..\"", name)
	}
	if strings.ContainsAny(name, "\n\x00") {
		return refuse("it has %.200q, which has a newline in its name; rename it", name)
	}
	return nil
}

// The text of an archive by its first bytes: media types are not always right.
func text(file io.Reader) (io.Reader, error) {
	begin := bufio.NewReaderSize(file, 1<<20)
	magic, _ := begin.Peek(4)
	switch {
	case strings.HasPrefix(string(magic), "\x1f\x8b"):
		return gzip.NewReader(begin)
	case string(magic) == "\x28\xb5\x2f\xfd":
		return zstd.NewReader(begin, zstd.WithDecoderMaxMemory(mostMemory), zstd.WithDecoderConcurrency(2))
	}
	return begin, nil
}

// Blames the archive, unless the system has failed.
func blame(err error) error {
	if err == nil || errors.As(err, new(syscall.Errno)) || errors.As(err, new(finding)) {
		return err
	}
	return refuse("it is no whole archive (%v); push it again", err)
}

// Calls a function for each entry.
func each(archive string, use func(*tar.Header, io.Reader) error) error {
	file, err := os.Open(archive)
	if err != nil {
		return err
	}
	defer file.Close()
	content, err := text(file)
	if err != nil {
		return blame(err)
	}
	entries := tar.NewReader(content)
	for {
		header, err := entries.Next()
		if err == io.EOF {
			return nil
		}
		if err == nil {
			header.Name = path.Clean(header.Name)
			err = use(header, entries)
		}
		if err != nil {
			return blame(err)
		}
	}
}

func list(given request) error {
	output := bufio.NewWriter(os.Stdout)
	for _, one := range given.Archives {
		err := each(one.File, func(header *tar.Header, _ io.Reader) error {
			if header.Typeflag != tar.TypeDir && header.Typeflag != tar.TypeXGlobalHeader {
				output.WriteString(header.Name + "\x00")
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return output.Flush()
}

func (u *unpacker) add(header *tar.Header, content io.Reader) error {
	name := header.Name
	base := path.Base(name)
	if u.isLayer && strings.HasPrefix(base, whiteout) {
		return u.remove(path.Dir(name), base)
	}
	isFolder := header.Typeflag == tar.TypeDir
	_, isNamed := slices.BinarySearch(u.Wanted, name) // a folder comes with its files then
	if header.Typeflag == tar.TypeXGlobalHeader || name == "." || (u.Wanted != nil && !isNamed) {
		return nil
	}
	if err := check(name); err != nil {
		return err
	}
	if depth := int64(strings.Count(name, "/")) + 1; depth > u.Limits.Depth {
		return finding{"depth", depth}
	}
	if isFolder { // an empty one may be what a link leads to
		return u.makeFolders(name)
	}
	if err := u.makeRoom(name); err != nil {
		return err
	}
	if err := u.count(header.Size); err != nil {
		return err
	}
	switch header.Typeflag {
	case tar.TypeReg, tar.TypeGNUSparse:
		return u.write(name, header, content)
	case tar.TypeSymlink:
		u.links = append(u.links, name)
		return u.root.Symlink(header.Linkname, name)
	case tar.TypeLink:
		return u.link(name, path.Clean(header.Linkname))
	}
	return refuse("it has %.200q, which is a device or a pipe; leave it out by source.exclude", name)
}

// Before a file or folder is made.
func (u *unpacker) count(bytes int64) error {
	u.files++
	u.bytes += bytes
	if u.files > u.Limits.Files {
		return finding{"files", u.files}
	}
	if u.bytes > u.Limits.Bytes {
		return finding{"bytes", u.bytes}
	}
	return nil
}

// Makes a folder and those that it is in.
func (u *unpacker) makeFolders(name string) error {
	for at := range len(name) + 1 {
		if at < len(name) && name[at] != '/' {
			continue
		}
		folder := name[:at]
		there, err := u.root.Stat(folder)
		_, missing := u.root.Lstat(folder)
		if err != nil && missing == nil {
			return refuse("it has files in %.200q, which is a link to something that is not in it", folder)
		}
		if err == nil && !there.IsDir() {
			err = fs.ErrNotExist
			if err := u.replace(folder); err != nil {
				return err
			}
		}
		if err != nil {
			if err := u.count(0); err != nil {
				return err
			}
			if err := u.root.Mkdir(folder, 0777); err != nil {
				return err
			}
		}
		u.ours[folder] = true
	}
	return nil
}

// Makes the folders of a file, and removes what is in its place.
func (u *unpacker) makeRoom(name string) error {
	if folder := path.Dir(name); folder != "." {
		if err := u.makeFolders(folder); err != nil {
			return err
		}
	}
	if _, err := u.root.Lstat(name); err == nil {
		if err := u.replace(name); err != nil {
			return err
		}
	}
	u.ours[name] = true
	return nil
}

// What another layer of an image has brought is replaced by this one; anything else is there twice.
func (u *unpacker) replace(name string) error {
	if !u.isLayer {
		return refuse("it has %.200q, which another layer has, too; rename one", name)
	}
	return u.root.RemoveAll(name)
}

func (u *unpacker) write(name string, header *tar.Header, content io.Reader) error {
	mode := fs.FileMode(0666 | header.Mode&0111)
	file, err := u.root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return err
	}
	defer file.Close()
	if _, err := io.CopyBuffer(struct{ io.Writer }{file}, content, make([]byte, 1<<20)); err != nil {
		return err
	}
	if err := file.Close(); err != nil {
		return err
	}
	return u.root.Chtimes(name, header.ModTime, header.ModTime)
}

// Not every volume has hard links.
func (u *unpacker) link(name, to string) error {
	if err := check(to); err != nil {
		return err
	}
	there, err := u.root.Lstat(to)
	if err != nil || there.IsDir() {
		return refuse("it has %.200q, which is a link to no file of it, or to one that is left out", name)
	}
	if u.root.Link(to, name) == nil {
		return nil
	}
	if !there.Mode().IsRegular() {
		return refuse("it has %.200q, which is a link to a link; replace it by a file", name)
	}
	from, err := u.root.Open(to)
	if err != nil {
		return err
	}
	defer from.Close()
	return u.write(name, &tar.Header{Mode: int64(there.Mode().Perm()), ModTime: there.ModTime()}, from)
}

// A whiteout hides what the layers below have, and nothing of its own.
func (u *unpacker) remove(folder, base string) error {
	if base == opaque {
		return u.removeOthers(folder)
	}
	hidden := strings.TrimPrefix(base, whiteout)
	name := path.Join(folder, hidden)
	if strings.Trim(hidden, ".") == "" {
		return refuse("it has the whiteout %.200q, which names no file", base)
	}
	if err := check(name); err != nil {
		return err
	}
	if u.ours[name] {
		return nil
	}
	if _, err := u.root.Lstat(name); err != nil {
		return nil // nothing of that name, or it was left out
	}
	return u.root.RemoveAll(name)
}

func (u *unpacker) removeOthers(folder string) error {
	if err := check(folder); err != nil {
		return err
	}
	var others []string
	err := fs.WalkDir(u.root.FS(), folder, func(name string, entry fs.DirEntry, err error) error {
		if err != nil || name == folder || u.ours[name] || strings.HasPrefix(name, "..") {
			return err
		}
		others = append(others, name)
		if entry.IsDir() {
			return fs.SkipDir
		}
		return nil
	})
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	for _, name := range others {
		if err == nil {
			err = u.root.RemoveAll(name)
		}
	}
	return err
}

func (u *unpacker) checkLinks() error {
	for _, name := range u.links {
		if there, err := u.root.Lstat(name); err != nil || there.Mode()&fs.ModeSymlink == 0 {
			continue // a later layer has removed or replaced it
		}
		if _, err := u.root.Stat(name); err != nil {
			return refuse("it has %.200q, which is a link to something that is not in it, or is left out; replace it by a file, or "+
				"leave it out by source.exclude", name)
		}
	}
	return nil
}

func run(folder string) error {
	var given request
	if err := json.NewDecoder(os.NewFile(3, "the request")).Decode(&given); err != nil {
		return err
	}
	if folder == "list" {
		return list(given)
	}
	root, err := os.OpenRoot(folder)
	if err != nil {
		return err
	}
	slices.Sort(given.Wanted)
	u := unpacker{request: given, root: root}
	for _, one := range given.Archives {
		u.isLayer, u.ours = one.IsLayer, map[string]bool{}
		if err == nil {
			err = each(one.File, u.add)
		}
	}
	for _, one := range given.Archives {
		if err == nil {
			err = os.Remove(one.File) // so that no link leads there
		}
	}
	if err == nil {
		err = u.checkLinks()
	}
	return err
}

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: gradient-unpack list|FOLDER")
		os.Exit(2)
	}
	if os.Args[1] == "--version" {
		fmt.Println("gradient-unpack " + runtime.Version())
		return
	}
	err := run(os.Args[1])
	if err == nil {
		return
	}
	told := finding{"error", err.Error()}
	errors.As(err, &told)
	line, _ := json.Marshal(map[string]any{told.name: told.value})
	os.Stderr.Write(append(line, '\n'))
	os.Exit(1)
}
