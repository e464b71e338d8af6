package function

import (
	"log/slog"
	"os"
	"unsafe"
)

// failedBit in the length of an answer says that it is an error.
const failedBit = 1 << 31

var (
	// place is where the host writes the event.
	place []byte
	// kept is the answer, which the host reads after steploom_handle.
	kept []byte
)

func init() {
	slog.SetDefault(slog.New(NewLogHandler(os.Stderr)))
}

// steploomAlloc gives the host size bytes to write the event into.
//
//go:wasmexport steploom_alloc
func steploomAlloc(size uint32) uint32 {
	place = make([]byte, size)
	return address(place)
}

// steploomHandle answers the event of size bytes in place: its address above its length.
//
//go:wasmexport steploom_handle
func steploomHandle(_, size uint32) uint64 {
	text, failed := answer(contextFrom(os.Getenv), place[:size])
	kept = text
	packed := uint64(address(kept))<<32 | uint64(len(kept))
	if failed {
		packed |= failedBit
	}
	return packed
}

// address is where bytes begin in linear memory. The collector never moves them.
func address(bytes []byte) uint32 {
	return uint32(uintptr(unsafe.Pointer(unsafe.SliceData(bytes))))
}

// A function that makes no calls back has none of these among its imports: the linker leaves them out.

//go:wasmimport steploom call
//go:noescape
func hostCall(request unsafe.Pointer, size uint32) uint32

//go:wasmimport steploom take
//go:noescape
func hostTake(to unsafe.Pointer)

//go:wasmimport steploom fuel
//go:noescape
func fuelLeft() int64

// send gives the platform's answer to a request.
func send(request []byte) ([]byte, error) {
	answer := make([]byte, hostCall(unsafe.Pointer(unsafe.SliceData(request)), uint32(len(request))))
	hostTake(unsafe.Pointer(unsafe.SliceData(answer)))
	return answer, nil
}
