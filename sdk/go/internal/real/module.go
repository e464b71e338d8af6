package real

import "slices"

// What the modules' steploom_handle does with its two locals, where the event lies and how long it is. Each
// leaves `place << 32 | length` on the stack.
var (
	place = []byte{0x20, 0x00, 0xad, 0x42, 0x20, 0x86, 0x20, 0x01, 0xad, 0x84}
	// errorBit sets bit 31: the result is an error.
	errorBit = []byte{0x42, 0x80, 0x80, 0x80, 0x80, 0x08, 0x84}
	// forever is a loop that branches to its own start.
	forever = []byte{0x03, 0x40, 0x0c, 0x00, 0x0b, 0x42, 0x00}
)

// Echo is a module, a reactor, that answers its event of at most 1 MiB.
func Echo() []byte { return reactor(place) }

// Failing is one that fails with its event as the error: {"errorType": "Name", "errorMessage": "why"}.
func Failing() []byte { return reactor(slices.Concat(place, errorBit)) }

// Spinning is one that never answers.
func Spinning() []byte { return reactor(forever) }

// reactor is a WebAssembly module of 17 pages of memory, whose steploom_alloc always answers 1,024.
func reactor(handle []byte) []byte {
	alloc := []byte{0x41, 0x80, 0x08}
	return slices.Concat(
		[]byte("\x00asm\x01\x00\x00\x00"),
		section(1, []byte{2, 0x60, 1, 0x7f, 1, 0x7f, 0x60, 2, 0x7f, 0x7f, 1, 0x7e}),
		section(3, []byte{2, 0, 1}),
		section(5, []byte{1, 0, 17}),
		section(7, []byte{3}, export("memory", 2, 0), export("steploom_alloc", 0, 0), export("steploom_handle", 0, 1)),
		section(10, []byte{2}, body(alloc), body(handle)),
	)
}

// section has contents of fewer than 128 bytes, as all lengths here.
func section(id byte, contents ...[]byte) []byte {
	content := slices.Concat(contents...)
	return append([]byte{id, byte(len(content))}, content...)
}

func export(name string, kind, index byte) []byte {
	return slices.Concat([]byte{byte(len(name))}, []byte(name), []byte{kind, index})
}

// body is a function's, without locals of its own.
func body(code []byte) []byte {
	return slices.Concat([]byte{byte(len(code) + 2), 0}, code, []byte{0x0b})
}
