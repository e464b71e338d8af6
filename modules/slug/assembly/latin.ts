// Letters of other alphabets in Latin ones: a table for each stretch of Unicode, capital letters as small ones.

/** From U+00C0: Latin letters with accents, and their like. A space stands for what is no letter. */
const LATIN = (
  "a,a,a,a,ae,a,ae,c,e,e,e,e,i,i,i,i,d,n,o,o,o,o,oe, ,oe,u,u,u,ue,y,th,ss," +
  "a,a,a,a,ae,a,ae,c,e,e,e,e,i,i,i,i,d,n,o,o,o,o,oe, ,oe,u,u,u,ue,y,th,y," +
  "a,a,a,a,a,a,c,c,c,c,c,c,c,c,d,d,d,d,e,e,e,e,e,e,e,e,e,e,g,g,g,g," +
  "g,g,g,g,h,h,h,h,i,i,i,i,i,i,i,i,i,i,ij,ij,j,j,k,k,k,l,l,l,l,l,l,l," +
  "l,l,l,n,n,n,n,n,n,n,ng,ng,o,o,o,o,o,o,oe,oe,r,r,r,r,r,r,s,s,s,s,s,s," +
  "s,s,t,t,t,t,t,t,u,u,u,u,u,u,u,u,u,u,u,u,w,w,y,y,y,z,z,z,z,z,z,s"
).split(",");

/** From U+0386: Greek. */
const GREEK = (
  "a, ,e,i,i, ,o, ,y,o,i,a,v,g,d,e,z,i,th,i,k,l,m,n,x,o,p,r, ,s,t,y," +
  "f,ch,ps,o,i,y,a,e,i,i,y,a,v,g,d,e,z,i,th,i,k,l,m,n,x,o,p,r,s,s,t,y," +
  "f,ch,ps,o,i,y,o,y,o"
).split(",");

/** From U+0400: Cyrillic; the hard and the soft sign are nothing. */
const CYRILLIC = (
  " ,e,dj,g,ye,dz,i,yi,j,lj,nj,c,k,i,u,dz,a,b,v,g,d,e,zh,z,i,y,k,l,m,n,o,p," +
  "r,s,t,u,f,kh,ts,ch,sh,shch,,y,,e,yu,ya,a,b,v,g,d,e,zh,z,i,y,k,l,m,n,o,p," +
  "r,s,t,u,f,kh,ts,ch,sh,shch,,y,,e,yu,ya, ,e,dj,g,ye,dz,i,yi,j,lj,nj,c,k,i,u,dz"
).split(",");

/** What a UTF-16 unit is in ASCII letters and digits: nothing for an accent or an apostrophe, a space for anything else. */
export function latinOf(unit: i32): string {
  if ((unit >= 0x61 && unit <= 0x7a) || (unit >= 0x30 && unit <= 0x39)) return String.fromCharCode(unit);
  if (unit >= 0x41 && unit <= 0x5a) return String.fromCharCode(unit + 0x20);
  if (unit == 0x27 || unit == 0x2019) return ""; // it's is its
  if (unit >= 0x300 && unit < 0x370) return ""; // accents that stand behind their letters
  if (unit >= 0xc0 && unit < 0xc0 + LATIN.length) return LATIN[unit - 0xc0];
  if (unit >= 0x386 && unit < 0x386 + GREEK.length) return GREEK[unit - 0x386];
  if (unit >= 0x400 && unit < 0x400 + CYRILLIC.length) return CYRILLIC[unit - 0x400];
  return " ";
}
