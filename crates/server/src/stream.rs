//! The bytes to a server and back: TCP or a unix socket, every wait bounded.

use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
#[cfg(unix)]
use std::os::unix::net::UnixStream;
use std::time::Duration;

use crate::ServerError;
use crate::place::{At, Place};

const CONNECT: Duration = Duration::from_secs(3);

/// A connected socket.
#[derive(Debug)]
pub(crate) enum Stream {
    Tcp(TcpStream),
    #[cfg(unix)]
    Unix(UnixStream),
}

impl Stream {
    /// Connects. `addresses` are those that were looked at before the place was found to be acceptable: the name is
    /// not resolved again, so it cannot lead elsewhere by now.
    pub(crate) fn connect(place: &Place, addresses: &[SocketAddr], patience: Duration) -> Result<Stream, ServerError> {
        let stream = match &place.at {
            At::Tcp { .. } => first(addresses),
            #[cfg(unix)]
            At::Unix(path) => UnixStream::connect(path).map(Stream::Unix),
            #[cfg(not(unix))]
            At::Unix(_) => Err(io::Error::from(io::ErrorKind::Unsupported)),
        };
        stream
            .and_then(|stream| stream.bounded(patience))
            .map_err(|why| ServerError::Refused { address: place.to_string(), why: why.to_string() })
    }

    fn bounded(self, patience: Duration) -> io::Result<Stream> {
        match &self {
            Stream::Tcp(tcp) => {
                tcp.set_nodelay(true)?;
                tcp.set_read_timeout(Some(patience))?;
                tcp.set_write_timeout(Some(patience))?;
            }
            #[cfg(unix)]
            Stream::Unix(unix) => {
                unix.set_read_timeout(Some(patience))?;
                unix.set_write_timeout(Some(patience))?;
            }
        }
        Ok(self)
    }

    /// Ends the connection in both directions.
    pub(crate) fn cut(&self) {
        // One that the other side has ended already is as cut as it can be.
        let _ = match self {
            Stream::Tcp(tcp) => tcp.shutdown(Shutdown::Both),
            #[cfg(unix)]
            Stream::Unix(unix) => unix.shutdown(Shutdown::Both),
        };
    }
}

fn first(addresses: &[SocketAddr]) -> io::Result<Stream> {
    let mut why = io::Error::new(io::ErrorKind::NotFound, "the name has no address");
    for address in addresses {
        match TcpStream::connect_timeout(address, CONNECT) {
            Ok(tcp) => return Ok(Stream::Tcp(tcp)),
            Err(error) => why = error,
        }
    }
    Err(why)
}

impl Read for Stream {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        match self {
            Stream::Tcp(tcp) => tcp.read(into),
            #[cfg(unix)]
            Stream::Unix(unix) => unix.read(into),
        }
    }
}

impl Write for Stream {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Stream::Tcp(tcp) => tcp.write(bytes),
            #[cfg(unix)]
            Stream::Unix(unix) => unix.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
