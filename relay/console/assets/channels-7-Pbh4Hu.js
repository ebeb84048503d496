import{D as e,I as t,M as n,_ as r,b as i,n as a,s as o,t as s,w as c}from"./decorate-cX1b0bKe.js";import{i as l}from"./curl-C3dG7kwV.js";import{i as u,s as d}from"./fields-Z7HFGbs6.js";import{n as f,r as p,t as m}from"./numbers-CoBbCYtr.js";import{r as h}from"./page-B78qW9Xh.js";import{t as g}from"./paging-DPKvN3lo.js";import"./table-CX22Ptby.js";import{t as _}from"./query-CGWuUA7Y.js";import{r as v}from"./index-BtPMuujb.js";import{t as y}from"./names-CvoBpdB-.js";import{t as b}from"./source-badge-jCP7cj6c.js";var x=t.channels,S=50,C=2e3,w=`-readers`,T=new Map,E=Object.keys(x.sources),D=class extends a{constructor(...e){super(...e),this.query=new _(this,()=>void this.loader.reload()),this.names=new l(this,y),this.loader=new l(this,e=>n(this.call(),e),{everyMs:C})}render(){return h({title:x.title,intro:x.intro,content:i`${this.filters()}
      ${this.loader.show(e=>i`<relay-table
            .label=${x.title}
            .columns=${this.columns()}
            .rows=${e.data}
            .key=${e=>`${e.apiId}/${e.channel}`}
            .sort=${this.query.get(`sort`)||w}
            .empty=${x.empty}
            @sort=${e=>this.query.set({sort:e.detail})}
          ></relay-table>
          ${g(e.pagination,e=>this.query.set({page:String(e)}))}`)}`,calls:[this.call()]})}call(){return e(c(`channels`),{apiIds:this.query.get(`api`),sources:this.query.get(`source`),lagging:this.query.get(`lagging`),sortBy:this.query.get(`sort`)||w,page:this.query.number(`page`,1),perPage:S})}filters(){let e=this.names.value??T;return i`<search class="filters">
      ${u({id:`channel-api`,label:x.api,value:this.query.get(`api`),options:[{value:``,label:x.any},...[...e].map(([e,t])=>({value:e,label:t}))],onChange:e=>this.query.set({api:e,page:void 0})})}
      ${u({id:`channel-source`,label:x.source,value:this.query.get(`source`),options:[{value:``,label:x.any},...E.map(e=>({value:e,label:x.sources[e]}))],onChange:e=>this.query.set({source:e,page:void 0})})}
      ${d({id:`channel-lagging`,label:x.onlyLagging,value:this.query.get(`lagging`)===`true`,onChange:e=>this.query.set({lagging:e?`true`:void 0,page:void 0})})}
    </search>`}columns(){let e=this.names.value??T;return[{id:`channel`,label:x.channel,cell:e=>i`<a href=${v(`live`,`channels`,e.apiId,e.channel)}
            >${e.topic??e.channel}</a
          >`},{id:`api`,label:x.api,cell:t=>i`<a href=${v(`apis`,t.apiId)}>${e.get(t.apiId)??t.apiId}</a>`},{id:`source`,label:x.source,cell:e=>i`${b(e.source.state)}
          ${e.source.problem?i`<span class="muted">${e.source.problem}</span>`:r}`},{id:`readers`,label:x.readers,numeric:!0,sort:!0,cell:e=>f(e.readers.total)},{id:`lagging`,label:x.lagging,numeric:!0,sort:!0,cell:e=>f(e.readers.lagging)},{id:`entries`,label:x.entries,numeric:!0,secondary:!0,sort:!0,cell:e=>f(e.log.entries)},{id:`bytes`,label:x.memory,numeric:!0,secondary:!0,sort:!0,cell:e=>m(e.log.bytes)},{id:`newest`,label:x.newest,numeric:!0,secondary:!0,cell:e=>e.log.newestMs===null?`–`:p(e.log.newestMs)}]}};D=s([o(`relay-live-channels`)],D);export{D as LiveChannels};