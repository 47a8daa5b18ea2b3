//! All rooms, including those the operator is not in.

use axum::Json;
use axum::extract::rejection::{JsonRejection, PathRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use steadfast_shared::admin::{ChangeRoomBody, RoomInfo, RoomsQuery};
use steadfast_shared::room::ChangeRoom;
use steadfast_shared::{Power, RoomId};

use super::super::caller::By;
use super::super::{HttpRefusal, HttpState, failed, unreadable};
use super::{administer, named, query_of};
use crate::store::{self, OperatorCommand};

// `GET /api/admin/rooms`
pub(super) async fn list(
    State(shared): State<HttpState>,
    by: By,
    query: Result<Query<RoomsQuery>, QueryRejection>,
) -> Result<Json<Vec<RoomInfo>>, HttpRefusal> {
    let actor = by.may(Power::ManageRooms)?;
    let rooms = shared
        .store
        .rooms_info(&query_of(query)?, actor.is_operator())
        .await;
    rooms.map(Json).map_err(failed)
}

// `PATCH /api/admin/rooms/{id}`
pub(super) async fn change(
    State(shared): State<HttpState>,
    By(actor): By,
    id: Result<Path<RoomId>, PathRejection>,
    body: Result<Json<ChangeRoomBody>, JsonRejection>,
) -> Result<Json<RoomInfo>, HttpRefusal> {
    let Json(body) = body.map_err(|rejection| unreadable(&rejection))?;
    let room = named(id)?;
    let change = ChangeRoom {
        room,
        name: body.name,
        topic: body.topic,
        archived: body.archived,
    };
    administer(&shared, actor, OperatorCommand::ChangeRoom(change)).await?;
    let info = shared.store.room_info(room).await.map_err(failed)?;
    info.map(Json)
        .ok_or_else(|| HttpRefusal(store::StoreRefusal::UnknownRoom.into()))
}

// `DELETE /api/admin/rooms/{id}`
pub(super) async fn delete(
    State(shared): State<HttpState>,
    By(actor): By,
    id: Result<Path<RoomId>, PathRejection>,
) -> Result<StatusCode, HttpRefusal> {
    administer(&shared, actor, OperatorCommand::DeleteRoom(named(id)?)).await?;
    Ok(StatusCode::NO_CONTENT)
}
